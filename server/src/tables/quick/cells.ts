/**
 * Cells of rows that never go through SQL.
 *
 * Only what DuckDB would store bit for bit the same is taken; everything else, and every value that
 * it would refuse, is left to it (`undefined`), with its conversions and its messages.
 */
import type { StructField, StructType } from '../delta/schema.ts'

/** As Parquet holds it: days of a date, microseconds of a time. */
export type Cell = number | bigint | string | boolean | null

/** The columns of some rows, in the order of their schema. */
export type Cells = readonly (readonly Cell[])[]

const integerRanges: Readonly<Record<string, number>> = {
  byte: 2 ** 7,
  short: 2 ** 15,
  integer: 2 ** 31,
  long: Number.MAX_SAFE_INTEGER,
}

const cellTypes = new Set([
  ...Object.keys(integerRanges),
  'double',
  'string',
  'boolean',
  'date',
  'timestamp',
  'timestamp_ntz',
])

/** Whether every column may be null and is of a type that cells hold. */
export function holdsCells(schema: StructType): boolean {
  return schema.fields.every((field) => field.nullable && cellTypes.has(cellType(field)))
}

/** A column's type by its name; the empty text for one that has parts. */
export function cellType(field: StructField | undefined): string {
  return typeof field?.type === 'string' ? field.type : ''
}

/** A plain value of JSON, as the column type that its sender named. */
export function cellOfJson(type: string, value: unknown): Cell | undefined {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return cellOfNumber(type, value)
  if (typeof value === 'string') return cellOfText(type, value)
  return typeof value === 'boolean' && type === 'boolean' ? value : undefined
}

export function cellOfNumber(type: string, value: number): Cell | undefined {
  if (type === 'double') return Number.isFinite(value) ? value : undefined
  const range = integerRanges[type]
  if (range === undefined || !Number.isInteger(value)) return undefined
  if (value < -range || value >= range) return undefined
  return type === 'long' ? BigInt(value) : value
}

export function cellOfText(type: string, text: string): Cell | undefined {
  switch (type) {
    case 'string':
      return text.isWellFormed() && !text.includes('\0') ? text : undefined
    case 'date':
      return parseDays(text)
    case 'timestamp':
      return parseMicros(text.replace(/Z$/, ''))
    case 'timestamp_ntz':
      return parseMicros(text)
    default:
      return undefined
  }
}

function parseDays(text: string): number | undefined {
  const ms = parseUtc(text, 'T00:00:00.000Z')
  return ms === undefined ? undefined : ms / 86_400_000
}

const time = /^(?<date>\d{4}-\d\d-\d\d)[ T](?<second>\d\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,6}))?$/

function parseMicros(text: string): bigint | undefined {
  const found = time.exec(text)?.groups
  if (!found) return undefined
  const ms = parseUtc(found['date'] ?? '', `T${found['second'] ?? ''}.000Z`)
  if (ms === undefined) return undefined
  return BigInt(ms) * 1000n + BigInt((found['fraction'] ?? '').padEnd(6, '0'))
}

/** Epoch milliseconds; undefined for a day or an hour that does not exist. */
function parseUtc(date: string, rest: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || date < '0001') return undefined
  const iso = `${date}${rest}`
  const ms = Date.parse(iso)
  return Number.isNaN(ms) || new Date(ms).toISOString() !== iso ? undefined : ms
}
