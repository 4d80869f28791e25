import { removeOf, type AddFile } from '../delta/actions.ts'
import type { CommitPlan } from '../delta/commit.ts'
import { quoteName, type StructType } from '../delta/schema.ts'
import { emptySnapshot, listFiles, type Snapshot } from '../delta/snapshot.ts'
import { writeDataFiles } from '../duck/data-file.ts'
import type { Session } from '../duck/engine.ts'
import { scanSql } from '../duck/scan.ts'
import { tablesErrors } from '../errors.ts'
import { assertSameShape, planAppend, writeMetrics, type WrittenRows } from './append.ts'
import { plainMetadata } from './create.ts'

/** The parameter of a commit that only added rows and replaced rows by their key. */
export const byKey = 'byKey'

/** Marks a file whose rows were in the table before the commit that added it. */
export const keptRowsTag = 'MILLRACE_KEPT_ROWS'

export interface MergeInput extends WrittenRows {
  readonly location: string
  readonly keys: readonly string[]
}

export interface PlanWithFiles {
  readonly plan: CommitPlan
  /** Files made for this plan: to be deleted where it is not committed. */
  readonly made: readonly AddFile[]
}

/**
 * Upserts by key: a table row whose key is among the source's is replaced, other source rows are
 * added. Only the files that hold such keys are written anew; the source's own files are added as
 * they are.
 */
export async function planMerge(
  session: Session,
  snapshot: Snapshot,
  input: MergeInput,
): Promise<PlanWithFiles> {
  if (snapshot.version < 0 || input.adds.length === 0) {
    return { plan: planAppend(snapshot, input), made: [] }
  }
  assertSameShape(snapshot, input)
  const { location, nowMs, partitionColumns } = input
  const files = listFiles(snapshot)
  const source = scanFiles(input)
  const on = input.keys
    .map((key) => `t.${quoteName(key)} is not distinct from s.${quoteName(key)}`)
    .join(' and ')
  const scan = scanSql({ location, snapshot, positions: true })
  const touchedRows = await session.rows(
    `select distinct t.__file from (${scan}) t join (${source}) s on ${on}`,
  )
  const touched = touchedRows.map(([i]) => files[Number(i)]).filter((file) => file !== undefined)
  const rest = scanSql({ location, snapshot, files: touched })
  const query = `select t.* from (${rest}) t anti join (${source}) s on ${on}`
  const { schema } = snapshot
  const kept = { location, query, schema, partitionColumns, nowMs }
  const rewritten = touched.length === 0 ? [] : await writeDataFiles(session, kept)
  const made = rewritten.map((add) => ({ ...add, tags: { [keptRowsTag]: 'true' } }))
  const adds = [...input.adds, ...made]
  const plan: CommitPlan = {
    actions: [
      ...touched.map((file) => ({ remove: removeOf(file, nowMs) })),
      ...adds.map((add) => ({ add })),
    ],
    operation: 'MERGE',
    parameters: {
      predicate: JSON.stringify(input.keys.map((key) => `t.${key} = s.${key}`)),
      [byKey]: 'true',
    },
    metrics: writeMetrics(adds),
  }
  return { plan, made }
}

export interface WrittenFiles {
  readonly location: string
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  readonly adds: readonly AddFile[]
}

/** A query over files that no log names yet. */
export function scanFiles(input: WrittenFiles): string {
  const { location, schema, partitionColumns, adds } = input
  const metadata = { ...plainMetadata(schema), partitionColumns }
  return scanSql({ location, snapshot: { ...emptySnapshot, schema, metadata }, files: adds })
}

/** Refuses keys that the source does not have, or has more than once. */
export async function assertMergeKeys(
  session: Session,
  input: WrittenFiles & { readonly table: string; readonly keys: readonly string[] },
): Promise<void> {
  const known = new Set(input.schema.fields.map((field) => field.name.toLowerCase()))
  const missing = input.keys.filter((key) => !known.has(key.toLowerCase()))
  if (input.keys.length === 0 || missing.length > 0) {
    const problem =
      input.keys.length === 0
        ? 'a merge needs key columns'
        : `there is no key column ${missing.map((key) => `'${key}'`).join(', ')}`
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(input.table, problem)
  }
  const keys = input.keys.map(quoteName).join(', ')
  const [row] = await session.rows(
    `select coalesce(sum(n), 0)::bigint from (select count(*) as n
      from (${scanFiles(input)}) group by ${keys} having count(*) > 1)`,
  )
  const rows = Number(row?.[0] ?? 0)
  if (rows > 0) throw tablesErrors.TABLES_DUPLICATE_KEYS(input.keys.join(', '), rows)
}
