import type { Snapshot } from '../delta/snapshot.ts'
import { quoteName, quoteText } from '../delta/schema.ts'
import type { Engine } from '../duck/engine.ts'
import { toDuckDialect } from './dialect.ts'
import { readReferences, type References, type TableReference } from './references.ts'
import {
  applyEdits,
  fromByteText,
  isSymbol,
  isWord,
  toByteText,
  tokenize,
  type Edit,
  type Token,
} from './tokens.ts'

/** A table at a version, found for a reference. */
export interface ResolvedTable {
  readonly table: string
  readonly version: number
  readonly location: string
  readonly snapshot: Snapshot
}

export interface QueryPlan {
  /** DuckDB SQL over the views. */
  readonly sql: string
  readonly views: readonly { readonly name: string; readonly source: ResolvedTable }[]
}

export type Resolve = (reference: TableReference) => Promise<ResolvedTable>

/** Turns a query on tables into one on views, which stand for snapshots; nothing is run. */
export async function planQuery(
  engine: Engine,
  query: { readonly sql: string; readonly parameters: ReadonlySet<string> },
  resolve: Resolve,
): Promise<QueryPlan> {
  const text = toDuckDialect(toByteText(query.sql), query.parameters)
  const sql = fromByteText(text)
  const serialized = await engine.session(
    (session) => session.rows(`select json_serialize_sql(${quoteText(sql)})`),
    { inner: true },
  )
  const references = readReferences(String(serialized[0]?.[0]))
  const views: { name: string; source: ResolvedTable }[] = []
  const names: string[] = []
  for (const reference of references.tables) {
    const source = await resolve(reference)
    const same = views.find((v) => v.source.snapshot === source.snapshot)
    const view = same ?? { name: `__millrace_${views.length}`, source }
    if (!same) views.push(view)
    names.push(view.name)
  }
  return { sql: fromByteText(applyEdits(text, editReferences(text, references, names))), views }
}

function editReferences(text: string, references: References, names: readonly string[]): Edit[] {
  const tokens = tokenize(text)
  const at = new Map(tokens.map((token, i) => [token.start, i]))
  const edits: Edit[] = []
  references.tables.forEach((reference, i) => {
    const first = at.get(reference.location)
    if (first === undefined) return
    const alias = reference.alias === '' ? ` as ${quoteBytes(reference.parts.at(-1) ?? '')}` : ''
    edits.push({
      start: reference.location,
      end: endOfReference(tokens, first),
      text: `${quoteName(names[i] ?? '')}${alias}`,
    })
  })
  for (const column of references.columns) {
    const dropped = qualifierLength(column.parts, references.tables)
    const first = at.get(column.location)
    const kept = first === undefined ? undefined : tokens[first + 2 * dropped]
    if (dropped > 0 && kept) edits.push({ start: column.location, end: kept.start, text: '' })
  }
  return edits
}

function quoteBytes(name: string): string {
  return quoteName(toByteText(name))
}

/** The end of `a.b.c` and of a time travel clause after it. */
function endOfReference(tokens: readonly Token[], first: number): number {
  let last = first
  while (isSymbol(tokens[last + 1], '.')) last += 2
  if (!isWord(tokens[last + 1], 'AT') || !isSymbol(tokens[last + 2], '(')) {
    return tokens[last]?.end ?? 0
  }
  while (last < tokens.length && !isSymbol(tokens[last], ')')) last++
  return tokens[last]?.end ?? 0
}

/** How many leading parts of `main.churn.customers.id` only say where the table is. */
function qualifierLength(
  parts: readonly string[],
  tables: readonly TableReference[],
): number {
  const lower = parts.map((part) => part.toLowerCase())
  for (const { parts: name, alias } of tables) {
    if (alias !== '' || name.length < 2 || name.length >= lower.length) continue
    if (name.every((part, i) => part.toLowerCase() === lower[i])) return name.length - 1
  }
  return 0
}
