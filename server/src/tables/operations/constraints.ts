import type { Metadata } from '../delta/actions.ts'
import { parseSchema, quoteName } from '../delta/schema.ts'
import type { Session } from '../duck/engine.ts'
import { tablesErrors } from '../errors.ts'
import { scanFiles, type WrittenFiles } from './merge.ts'

const prefix = 'delta.constraints.'

export interface CheckedRows extends WrittenFiles {
  readonly table: string
  readonly metadata: Metadata
}

/** Refuses rows that break a NOT NULL or a CHECK of the table, before any log names them. */
export async function assertConstraints(session: Session, input: CheckedRows): Promise<void> {
  const there = new Set(input.schema.fields.map((field) => field.name))
  const rules = listRules(input.metadata, there)
  if (rules.length === 0 || input.adds.length === 0) return
  const counts = rules.map(({ broken }) => `count(*) filter (where ${broken})`)
  const [row] = await session.rows(`select ${counts.join(', ')} from (${scanFiles(input)})`)
  for (const [i, rule] of rules.entries()) {
    const rows = Number(row?.[i] ?? 0)
    if (rows > 0) throw tablesErrors.TABLES_CONSTRAINT_BROKEN(input.table, rule.name, rows)
  }
}

/** The CHECK constraints of a table, by name. */
export function listConstraints(metadata: Metadata): { name: string; check: string }[] {
  return Object.entries(metadata.configuration)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, check]) => ({ name: key.slice(prefix.length), check }))
}

export function constraintKey(name: string): string {
  return `${prefix}${name.toLowerCase()}`
}

// As in Delta, a CHECK whose answer is null is broken.
function listRules(
  metadata: Metadata,
  there: ReadonlySet<string>,
): { name: string; broken: string }[] {
  const required = parseSchema(metadata.schemaString).fields.filter((field) => !field.nullable)
  return [
    ...required
      .filter((field) => there.has(field.name))
      .map((field) => ({
        name: `NOT NULL of column '${field.name}'`,
        broken: `${quoteName(field.name)} is null`,
      })),
    ...listConstraints(metadata).map(({ name, check }) => ({
      name: `CHECK constraint ${name} (${check})`,
      broken: `not coalesce((${check}), false)`,
    })),
  ]
}
