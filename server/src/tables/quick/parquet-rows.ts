import type { FileMetaData, SchemaElement } from 'hyparquet'
import type { StructType } from '../delta/schema.ts'
import type { Cell } from './cells.ts'

const limits = { rows: 10_000, pageBytes: 4 * 1024 * 1024 }

/** Reads a small, flat Parquet file as columns of `schema`; undefined where SQL has to do it. */
export async function cellsOfParquet(
  bytes: Buffer,
  schema: StructType,
): Promise<Cell[][] | undefined> {
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet')
  const { isBounded } = await import('./parquet-bounds.ts')
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  try {
    const metadata = parquetMetadata(file as ArrayBuffer, { geoparquet: false })
    const names = matchColumns(metadata, schema)
    if (!names || !isBounded(file as ArrayBuffer, metadata, limits)) return undefined
    const rows = await parquetReadObjects({ file: file as ArrayBuffer, metadata, parsers: raw })
    return schema.fields.map((field, i) => {
      const name = names[i]
      return rows.map((row) => {
        const value = (name === undefined ? null : row[name]) as Cell | undefined
        return value === undefined ? null : value
      })
    })
  } catch {
    // Whatever this reader does not do, DuckDB does, or says what is wrong with the file.
    return undefined
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// Parquet's own numbers of dates and times.
const raw = {
  stringFromBytes: (bytes: Uint8Array | undefined): string | undefined =>
    bytes && utf8.decode(bytes),
  timestampFromMicroseconds: (micros: bigint): bigint => micros,
  timestampFromMilliseconds: (millis: bigint): bigint => millis * 1000n,
  dateFromDays: (days: number): number => days,
}

/** The file's column for each field, undefined for one that it leaves out. */
function matchColumns(
  { schema }: FileMetaData,
  target: StructType,
): (string | undefined)[] | undefined {
  const [root, ...elements] = schema
  const isFlat = root?.num_children === elements.length && elements.every((one) => one.type)
  const given = new Map(elements.map((element) => [element.name.toLowerCase(), element]))
  if (!isFlat || given.size < elements.length) return undefined
  const fields = new Map(target.fields.map((field) => [field.name.toLowerCase(), field]))
  const fits = elements.every((element) => {
    const field = fields.get(element.name.toLowerCase())
    return field !== undefined && field.type === typeOf(element)
  })
  return fits ? target.fields.map((field) => given.get(field.name.toLowerCase())?.name) : undefined
}

const byConvertedType: Readonly<Record<string, string>> = {
  INT_8: 'byte',
  INT_16: 'short',
  INT_32: 'integer',
  INT_64: 'long',
  UTF8: 'string',
  DATE: 'date',
}

const byType: Readonly<Record<string, string>> = {
  INT32: 'integer',
  INT64: 'long',
  DOUBLE: 'double',
  BOOLEAN: 'boolean',
}

/** The Delta type of a column; undefined for what cells do not hold. */
function typeOf(element: SchemaElement): string | undefined {
  const { type = '', converted_type: converted, logical_type: logical, repetition_type } = element
  if (repetition_type === 'REPEATED') return undefined
  if (logical?.type === 'TIMESTAMP') {
    if (logical.unit === 'NANOS') return undefined
    return logical.isAdjustedToUTC ? 'timestamp' : 'timestamp_ntz'
  }
  if (converted !== undefined) return byConvertedType[converted]
  if (logical !== undefined) return logical.type === 'STRING' ? 'string' : undefined
  return byType[type]
}
