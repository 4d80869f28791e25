import { readFile, stat } from 'node:fs/promises'
import type { Ctx } from '../../core/index.ts'
import type { CatalogEntry } from '../catalog-store.ts'
import type { Txn } from '../delta/actions.ts'
import type { StructType } from '../delta/schema.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import { listConstraints } from '../operations/constraints.ts'
import { logAt } from '../room.ts'
import type { RowsSource, WriteSource } from '../row-writer.ts'
import { parseTypeText } from '../sql/type-text.ts'
import { appendTogether, type AppendOutcome } from './append-queue.ts'
import { cellOfJson, cellType, holdsCells, type Cell } from './cells.ts'
import { cellsOfParquet } from './parquet-rows.ts'
import { cellsOfValues } from './values-text.ts'

export interface QuickAppendInput {
  readonly source: WriteSource
  /** Names for the source's columns, by place. */
  readonly columns?: readonly string[]
  readonly isLenient?: boolean
  readonly txn: Txn | undefined
}

export interface QuickAppended extends AppendOutcome {
  readonly rows: number
}

/** More than this is better off with DuckDB's own writer. */
const maxCells = 50_000
const maxBytes = 256 * 1024

/**
 * Appends a few rows of plain values without SQL, in one commit with others that append now.
 * Undefined, and nothing is done, where rows or table need more than that.
 */
export async function appendQuickly(
  ctx: Ctx,
  entry: CatalogEntry,
  input: QuickAppendInput,
): Promise<QuickAppended | undefined> {
  if (entry.eventVersion < 0) return undefined
  const snapshot = await logAt(ctx, entry.location).update()
  if (!isPlain(snapshot)) return undefined
  const { schema } = snapshot
  const cells = await readCells(input, schema)
  const rows = cells?.[0]?.length ?? 0
  if (!cells || rows === 0) return undefined
  const outcome = await appendTogether({ ctx, entry, schema, cells, rows, txn: input.txn })
  return outcome && { ...outcome, rows }
}

function isPlain({ metadata, schema }: Snapshot): boolean {
  if (!metadata || metadata.partitionColumns.length > 0) return false
  return listConstraints(metadata).length === 0 && holdsCells(schema)
}

async function readCells(
  input: QuickAppendInput,
  schema: StructType,
): Promise<Cell[][] | undefined> {
  const { source, columns } = input
  if ('rows' in source) return columns ? undefined : cellsOfRows(source, schema)
  if ('parquet' in source) {
    if (columns || (await stat(source.parquet)).size > maxBytes) return undefined
    return cellsOfParquet(await readFile(source.parquet), schema)
  }
  const isPlainText = input.isLenient && !source.parameters?.length && source.sql.length < maxBytes
  return columns && isPlainText ? cellsOfInsert(source.sql, columns, schema) : undefined
}

function cellsOfRows({ columns, rows }: RowsSource, schema: StructType): Cell[][] | undefined {
  if (rows.length * columns.length > maxCells) return undefined
  const places = placesOf(
    columns.map((column) => column.name),
    schema,
  )
  if (!places) return undefined
  const cells: Cell[][] = []
  for (const [i, field] of schema.fields.entries()) {
    const place = places[i]
    const given = place === undefined ? undefined : columns[place]
    if (given && parseTypeText(given.type) !== field.type) return undefined
    const column: Cell[] = []
    for (const row of rows) {
      const cell = place === undefined ? null : cellOfJson(cellType(field), row[place])
      if (cell === undefined) return undefined
      column.push(cell)
    }
    cells.push(column)
  }
  return cells
}

function cellsOfInsert(
  sql: string,
  columns: readonly string[],
  schema: StructType,
): Cell[][] | undefined {
  const places = placesOf(columns, schema)
  if (!places) return undefined
  const types = columns.map((_, given) => cellType(schema.fields[places.indexOf(given)]))
  const cells = cellsOfValues(sql, types)
  const rows = cells?.[0]?.length ?? 0
  if (!cells || rows * columns.length > maxCells) return undefined
  return places.map((place) =>
    place === undefined ? Array<Cell>(rows).fill(null) : (cells[place] ?? []),
  )
}

/** For each field the place of the given column of its name; undefined where the names do not fit. */
function placesOf(
  given: readonly string[],
  schema: StructType,
): readonly (number | undefined)[] | undefined {
  const places = new Map(given.map((name, i) => [name.toLowerCase(), i]))
  const fields = new Set(schema.fields.map((field) => field.name.toLowerCase()))
  if (places.size < given.length || [...places.keys()].some((name) => !fields.has(name))) {
    return undefined
  }
  return schema.fields.map((field) => places.get(field.name.toLowerCase()))
}
