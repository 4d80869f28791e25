import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import type { AddFile } from '../delta/actions.ts'
import { mappingMode } from '../delta/protocol.ts'
import { quoteName, quoteText, toDuckType, type StructField } from '../delta/schema.ts'
import { listFiles, type Snapshot } from '../delta/snapshot.ts'

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
  const { snapshot } = input
  const files = input.files ?? listFiles(snapshot)
  const extra = input.positions ? ', file_index::bigint as __file, file_row_number as __row' : ''
  if (files.length === 0) return emptyScan(snapshot.schema.fields, input.positions === true)
  const metadata = snapshot.metadata
  const partitioned = new Set(metadata?.partitionColumns)
  const stored = snapshot.schema.fields.filter((field) => !partitioned.has(field.name))
  const mapped = metadata !== undefined && mappingMode(metadata) === 'name'
  const columns = snapshot.schema.fields.map((field) =>
    partitioned.has(field.name) ? partitionColumn(field, files, mapped) : quoteName(field.name),
  )
  const paths = files.map((file) => quoteText(filePath(input.location, file.path))).join(', ')
  const schema =
    stored.length === 0 ? '' : `, schema = map {${stored.map((f) => readAs(f, mapped)).join(', ')}}`
  return `select ${columns.join(', ')}${extra} from read_parquet([${paths}]${schema})`
}

function emptyScan(fields: readonly StructField[], positions: boolean): string {
  const columns = fields.map(
    (f) => `cast(null as ${toDuckType(f.type, f.name)}) as ${quoteName(f.name)}`,
  )
  if (positions) columns.push('0::bigint as __file', '0::bigint as __row')
  return `select ${columns.join(', ')} where false`
}

// A column that a file does not have (added later) reads as null; a narrower one is widened.
function readAs(field: StructField, mapped: boolean): string {
  const type = quoteText(toDuckType(field.type, field.name))
  const stored = mapped ? physicalName(field) : field.name
  return `${quoteText(stored)}: {name: ${quoteText(field.name)}, type: ${type}, default_value: null}`
}

function partitionColumn(field: StructField, files: readonly AddFile[], mapped: boolean): string {
  const key = mapped ? physicalName(field) : field.name
  const values = files.map((file) => {
    const value = file.partitionValues[key]
    return value === null || value === undefined || value === '' ? 'null' : quoteText(value)
  })
  const type = toDuckType(field.type, field.name)
  const picked = `([${values.join(', ')}]::varchar[])[file_index::bigint + 1]`
  return `cast(${picked} as ${type}) as ${quoteName(field.name)}`
}

export function physicalName(field: StructField): string {
  const name = field.metadata['delta.columnMapping.physicalName']
  return typeof name === 'string' ? name : field.name
}
