import type { SchemaElement } from 'hyparquet'
import type { ColumnStats, FileStats } from '../delta/stats.ts'
import type { StructField, StructType } from '../delta/schema.ts'
import { cellType, type Cell, type Cells } from './cells.ts'

export interface EncodedFile {
  readonly bytes: Uint8Array
  readonly stats: FileStats
}

/** A Parquet file with the rows, as DuckDB would write it, and the statistics of its columns. */
export async function encodeParquet(schema: StructType, cells: Cells): Promise<EncodedFile> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  const bytes = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: schema.fields.length },
      ...schema.fields.map((field) => elementOf(field)),
    ],
    columnData: schema.fields.map(({ name }, i) => ({ name, data: [...(cells[i] ?? [])] })),
    codec: 'SNAPPY',
    createdBy: 'Millrace',
  })
  const stats = new Map<string, ColumnStats>()
  for (const [i, field] of schema.fields.entries()) {
    stats.set(`"${field.name.replaceAll('"', '""')}"`, statsOf(cellType(field), cells[i] ?? []))
  }
  return { bytes: new Uint8Array(bytes), stats }
}

const elements: Readonly<Record<string, Omit<SchemaElement, 'name'>>> = {
  byte: { type: 'INT32', converted_type: 'INT_8' },
  short: { type: 'INT32', converted_type: 'INT_16' },
  integer: { type: 'INT32', converted_type: 'INT_32' },
  long: { type: 'INT64', converted_type: 'INT_64' },
  double: { type: 'DOUBLE' },
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE' },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  timestamp_ntz: {
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
  },
}

function elementOf(field: StructField): SchemaElement {
  const element = elements[cellType(field)]
  if (!element) throw new Error(`Column ${field.name} is of a type that has no cells`)
  return { name: field.name, repetition_type: 'OPTIONAL', ...element }
}

function statsOf(type: string, cells: readonly Cell[]): ColumnStats {
  let min: Cell = null
  let max: Cell = null
  let nullCount = 0
  let hasNan = false
  for (const cell of cells) {
    if (cell === null) nullCount++
    else if (Number.isNaN(cell)) hasNan = true
    else {
      if (min === null || isBefore(cell, min)) min = cell
      if (max === null || isBefore(max, cell)) max = cell
    }
  }
  return { min: boundText(type, min), max: boundText(type, max), nullCount, hasNan }
}

// Texts are ordered by their bytes of UTF-8; so are code units, but for surrogates.
function isBefore(one: Cell, other: Cell): boolean {
  if (one === null || other === null) return false
  if (typeof one !== 'string' || typeof other !== 'string') return one < other
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0
}

/** A bound as DuckDB spells it. */
function boundText(type: string, bound: Cell): string | undefined {
  if (bound === null) return undefined
  if (type === 'date') return new Date(Number(bound) * 86_400_000).toISOString().slice(0, 10)
  if (typeof bound === 'bigint' && type.startsWith('timestamp')) return timeText(bound)
  return String(bound)
}

function timeText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const second = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19)
  return `${second.replace('T', ' ')}.${String(fraction).padStart(6, '0')}`
}
