import { quoteName, quoteText } from '../delta/schema.ts'
import type { Engine } from '../duck/engine.ts'
import { toDuckDialect, type ParameterLiterals, type TimeTravel } from './dialect.ts'
import { tablesErrors } from '../errors.ts'
import { catalogName, defaultSchema, nameOfParts } from '../table-name.ts'
import type { TableSource } from '../types.ts'
import { readReferences, type References, type TableReference } from './references.ts'
import {
  applyEdits,
  fromByteText,
  isSymbol,
  toByteText,
  tokenize,
  type Edit,
  type Token,
} from './tokens.ts'

/** What stands for a name in a query. */
export interface ResolvedView {
  /** Two references with one key share a view. */
  readonly key: string
  /** DuckDB SQL that answers its rows. */
  readonly sql: string
  /** The table at a version that it shows; undefined for what we put in ourselves. */
  readonly source?: TableSource
}

export interface QueryPlan {
  /** DuckDB SQL over the views. */
  readonly sql: string
  readonly views: readonly PlannedView[]
}

export interface PlannedView extends ResolvedView {
  readonly name: string
}

export type Resolve = (
  reference: TableReference,
  travel: TimeTravel | undefined,
) => Promise<ResolvedView>

/** Turns a query on tables into one on views, which stand for snapshots; nothing is run. */
export async function planQuery(
  engine: Engine,
  query: { readonly sql: string; readonly parameters: ParameterLiterals; readonly schema?: string },
  resolve: Resolve,
): Promise<QueryPlan> {
  const { schema = defaultSchema } = query
  const { text, travels } = toDuckDialect(toByteText(query.sql), query.parameters)
  const sql = fromByteText(text)
  const serialized = await engine.session(
    (session) => session.rows(`select json_serialize_sql(${quoteText(sql)})`),
    { inner: true },
  )
  const references = readReferences(String(serialized[0]?.[0]))
  const places = placesOf(text, references, travels)
  const views: PlannedView[] = []
  const names: string[] = []
  for (const [i, reference] of references.tables.entries()) {
    const resolved = await resolve(reference, places.travels[i])
    const same = views.find((view) => view.key === resolved.key)
    const view = same ?? { ...resolved, name: `__millrace_${views.length}` }
    if (!same) views.push(view)
    names.push(view.name)
  }
  const edited = applyEdits(text, editReferences(references, places, { names, schema }))
  return { sql: fromByteText(edited), views }
}

interface Places {
  readonly tokens: readonly Token[]
  /** Token index by place. */
  readonly at: ReadonlyMap<number, number>
  /** Of each table reference: where its name ends, and what version was asked. */
  readonly ends: readonly number[]
  readonly travels: readonly (TimeTravel | undefined)[]
}

function placesOf(
  text: string,
  references: References,
  travels: ReadonlyMap<number, TimeTravel>,
): Places {
  const tokens = tokenize(text)
  const at = new Map(tokens.map((token, i) => [token.start, i]))
  const ends = references.tables.map(({ location }) => endOfName(tokens, at.get(location) ?? 0))
  const used = ends.map((end) => travels.get(end))
  if (used.filter((travel) => travel !== undefined).length < travels.size) {
    throw tablesErrors.TABLES_STATEMENT_INVALID(
      'VERSION AS OF and TIMESTAMP AS OF stand behind the name of a table',
    )
  }
  return { tokens, at, ends, travels: used }
}

/** The end of `a.b.c`. */
function endOfName(tokens: readonly Token[], first: number): number {
  let last = first
  while (isSymbol(tokens[last + 1], '.')) last += 2
  return tokens[last]?.end ?? 0
}

const describes = new Set(['DESCRIBE', 'DESC', 'SUMMARIZE'])

function editReferences(
  references: References,
  places: Places,
  options: { readonly names: readonly string[]; readonly schema: string },
): Edit[] {
  const edits: Edit[] = references.tables.map((reference, i) => {
    const before = places.tokens[(places.at.get(reference.location) ?? 0) - 1]
    // Behind DESCRIBE stands a bare name.
    const isBare = before !== undefined && describes.has(before.text.toUpperCase())
    const alias =
      reference.alias !== '' || isBare ? '' : ` as ${quoteBytes(reference.parts.at(-1) ?? '')}`
    return {
      start: reference.location,
      end: places.ends[i] ?? reference.location,
      text: `${quoteName(options.names[i] ?? '')}${alias}`,
    }
  })
  const full = references.tables
    .filter((reference) => reference.alias === '')
    .map(({ parts }) => nameOfParts(parts, options.schema))
    .map(({ schema, table }) => [catalogName, schema, table])
  for (const column of references.columns) {
    const dropped = qualifierLength(column.parts, full)
    const first = places.at.get(column.location)
    const kept = first === undefined ? undefined : places.tokens[first + 2 * dropped]
    if (dropped > 0 && kept) edits.push({ start: column.location, end: kept.start, text: '' })
  }
  return edits
}

function quoteBytes(name: string): string {
  return quoteName(toByteText(name))
}

/** How many leading parts of `main.churn.customers.id` only say where the table is. */
function qualifierLength(parts: readonly string[], tables: readonly (readonly string[])[]): number {
  const lower = parts.map((part) => part.toLowerCase())
  for (const length of [3, 2]) {
    if (length >= parts.length) continue
    const given = lower.slice(0, length).join('\n')
    if (tables.some((table) => table.slice(-length).join('\n') === given)) return length - 1
  }
  return 0
}
