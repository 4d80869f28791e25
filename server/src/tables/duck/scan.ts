import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import type { AddFile } from '../delta/actions.ts'
import { readDeletedRows } from '../delta/deletion-vector.ts'
import { mappingMode } from '../delta/protocol.ts'
import { quoteName, quoteText, toDuckType, type StructField } from '../delta/schema.ts'
import { listFiles, type Snapshot } from '../delta/snapshot.ts'
import { isRenamed, physicalName, renameNested, storedType } from './column-mapping.ts'

/** The path on this machine of a file that the log names. */
export function filePath(location: string, path: string): string {
  if (path.startsWith('file:')) return fileURLToPath(path)
  const decoded = decodeURIComponent(path)
  return decoded.startsWith('/') ? decoded : join(location, decoded)
}

export interface ScanInput {
  readonly location: string
  readonly snapshot: Snapshot
  /** Only these files. @default all of the snapshot's */
  readonly files?: readonly AddFile[]
  /** Adds `__file` (index into the files) and `__row` (position in the file). */
  readonly positions?: boolean
}

/** A query that answers the table's rows, in the table's columns and types. */
export function scanSql(input: ScanInput): string {
  const { snapshot, location } = input
  const files = input.files ?? listFiles(snapshot)
  const extra = input.positions ? ', file_index::bigint as __file, file_row_number as __row' : ''
  if (files.length === 0) return emptyScan(snapshot.schema.fields, input.positions === true)
  const { metadata } = snapshot
  const partitioned = new Set(metadata?.partitionColumns)
  const isMapped = metadata !== undefined && mappingMode(metadata) === 'name'
  const stored = snapshot.schema.fields.filter((field) => !partitioned.has(field.name))
  const columns = snapshot.schema.fields.map((field) =>
    partitioned.has(field.name)
      ? partitionColumn(field, files, isMapped)
      : storedColumn(field, isMapped),
  )
  const paths = files.map((file) => quoteText(filePath(location, file.path))).join(', ')
  const types = stored.map((field) => readAs(field, isMapped)).join(', ')
  const schema = stored.length === 0 ? '' : `, schema = map {${types}}`
  const kept = withoutDeleted(location, files)
  return `select ${columns.join(', ')}${extra} from read_parquet([${paths}]${schema})${kept}`
}

function emptyScan(fields: readonly StructField[], positions: boolean): string {
  const columns = fields.map(
    (f) => `cast(null as ${toDuckType(f.type, f.name)}) as ${quoteName(f.name)}`,
  )
  if (positions) columns.push('0::bigint as __file', '0::bigint as __row')
  if (columns.length === 0) columns.push('null as "no columns"')
  return `select ${columns.join(', ')} where false`
}

// A column that a file does not have (added later) reads as null; a narrower one is widened.
function readAs(field: StructField, isMapped: boolean): string {
  const type = isMapped ? storedType(field.type) : field.type
  const text = quoteText(toDuckType(type, field.name))
  const stored = isMapped ? physicalName(field) : field.name
  return `${quoteText(stored)}: {name: ${quoteText(field.name)}, type: ${text}, default_value: null}`
}

function storedColumn(field: StructField, isMapped: boolean): string {
  const name = quoteName(field.name)
  if (!isMapped || !isRenamed(field.type)) return name
  return `${renameNested(name, field.type)} as ${name}`
}

function partitionColumn(field: StructField, files: readonly AddFile[], isMapped: boolean): string {
  const key = isMapped ? physicalName(field) : field.name
  const values = files.map((file) => {
    const value = file.partitionValues[key]
    return value === null || value === undefined || value === '' ? 'null' : quoteText(value)
  })
  const type = toDuckType(field.type, field.name)
  const picked = `([${values.join(', ')}]::varchar[])[file_index::bigint + 1]`
  return `cast(${picked} as ${type}) as ${quoteName(field.name)}`
}

/** A condition that leaves out what deletion vectors have deleted; empty where there are none. */
function withoutDeleted(location: string, files: readonly AddFile[]): string {
  const whens: string[] = []
  for (const [index, file] of files.entries()) {
    if (!file.deletionVector) continue
    const rows = readDeletedRows(location, file.deletionVector)
    if (rows.length > 0) whens.push(`when ${index} then ${isDeleted(rows)}`)
  }
  if (whens.length === 0) return ''
  return ` where not (case file_index::bigint ${whens.join(' ')} else false end)`
}

// One bit per row: a look-up that costs the same however many rows are deleted.
function isDeleted(rows: readonly number[]): string {
  const count = (rows.at(-1) ?? 0) + 1
  const bits = Buffer.alloc(Math.ceil(count / 8))
  for (const row of rows) bits[row >> 3] = (bits[row >> 3] ?? 0) | (0x80 >> (row & 7))
  const hex = bits.toString('hex').replaceAll(/../g, (byte) => `\\x${byte}`)
  return `(case when file_row_number < ${count} then get_bit(cast('${hex}'::blob as bit), file_row_number::integer) = 1 else false end)`
}
