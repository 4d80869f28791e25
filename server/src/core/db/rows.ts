/**
 * Writes of many rows, for measured hot paths: one statement on Postgres, where each is a round trip
 * (the rows travel as one JSON parameter, so that its text is the same for any number of them), and one
 * prepared statement for each row on SQLite, where that is a function call.
 */
import type { DialectName } from './database.ts'
import { run, type Script, type SqlValue } from './script.ts'

/** Columns and their values; the names are our own, never somebody's text. */
export type RowValues = Readonly<Record<string, SqlValue>>

const rowsPerStatement = 5000

/** Inserts rows that all have the same columns, in their order. `tail` is an `on conflict …`. */
export function* insertRows(
  dialect: DialectName,
  table: string,
  { rows, tail = '' }: { readonly rows: readonly RowValues[]; readonly tail?: string },
): Script<void> {
  const [first] = rows
  if (!first) return
  const names = Object.keys(first)
  const into = `insert into ${table} (${names.join(', ')})`
  if (dialect === 'postgres') {
    const source = `select ${names.join(', ')} from json_populate_recordset(null::${table}, ?::json)
      with ordinality order by ordinality`
    for (const page of pagesOf(rows)) yield* run(`${into} ${source} ${tail}`, toJson(page))
    return
  }
  const sql = `${into} values (${names.map(() => '?').join(', ')}) ${tail}`
  for (const row of rows) yield* run(sql, ...Object.values(row))
}

export interface RowPatch {
  readonly id: SqlValue
  readonly columns: RowValues
}

/** Sets columns of rows that are named by `key`; each row at most once. */
export function* updateRows(
  dialect: DialectName,
  { table, key }: { readonly table: string; readonly key: string },
  patches: readonly RowPatch[],
): Script<void> {
  for (const [names, group] of Map.groupBy(patches, (patch) => Object.keys(patch.columns).join())) {
    if (names === '') continue
    if (dialect === 'postgres') {
      const set = names.split(',').map((name) => `${name} = patch.${name}`)
      const sql = `update ${table} set ${set.join(', ')}
        from json_populate_recordset(null::${table}, ?::json) as patch
        where ${table}.${key} = patch.${key}`
      const rows = group.map(({ id, columns }) => ({ ...columns, [key]: id }))
      for (const page of pagesOf(rows)) yield* run(sql, toJson(page))
      continue
    }
    const set = names.split(',').map((name) => `${name} = ?`)
    const sql = `update ${table} set ${set.join(', ')} where ${key} = ?`
    for (const { id, columns } of group) yield* run(sql, ...Object.values(columns), id)
  }
}

function* pagesOf(rows: readonly RowValues[]): Generator<readonly RowValues[]> {
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    yield rows.slice(at, at + rowsPerStatement)
  }
}

/** Postgres takes neither half a surrogate pair nor a NUL in a text. */
function toJson(rows: readonly RowValues[]): string {
  return JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\u{fffd}') : value,
  )
}
