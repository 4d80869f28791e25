/** Fits the columns of a source to those of a table, or says why they do not fit. */
import {
  isStruct,
  quoteName,
  quoteText,
  toDuckType,
  toTypeText,
  type DeltaType,
  type StructField,
  type StructType,
} from '../delta/schema.ts'
import { tablesErrors } from '../errors.ts'

export interface AlignInput {
  readonly table: string
  readonly source: StructType
  readonly target: StructType
  /** A query with the source's columns. */
  readonly query: string
  /** Also texts that read as the column's type, and rounding, as an INSERT of literals needs. @default false */
  readonly isLenient?: boolean
}

/** A query that answers exactly the target's columns, in its order and types. */
export function alignQuery(input: AlignInput): string {
  const { table, source, target } = input
  const given = new Map(source.fields.map((field) => [field.name.toLowerCase(), field]))
  if (given.size < source.fields.length) {
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(table, 'two columns have the same name')
  }
  const known = new Set(target.fields.map((field) => field.name.toLowerCase()))
  const unknown = source.fields.filter((field) => !known.has(field.name.toLowerCase()))
  if (unknown.length > 0) {
    const names = unknown.map((field) => `'${field.name}'`).join(', ')
    const columns = target.fields.map((field) => field.name).join(', ')
    const problem = `unknown column ${names}; the table has ${columns}`
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(table, problem)
  }
  const columns = target.fields.map((field) =>
    alignColumn(input, field, given.get(field.name.toLowerCase())),
  )
  return `select ${columns.join(', ')} from (${input.query}) as s`
}

function alignColumn(input: AlignInput, to: StructField, from: StructField | undefined): string {
  const { table } = input
  const type = toDuckType(to.type, to.name)
  const name = quoteName(to.name)
  if (!from) {
    if (to.nullable) return `cast(null as ${type}) as ${name}`
    const problem = `column '${to.name}' is missing and may not be null`
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(table, problem)
  }
  const isFit = canCast(from.type, to.type) || (input.isLenient && canConvert(from.type, to.type))
  const value = `s.${quoteName(from.name)}`
  if (isFit) return `cast(${value} as ${type}) as ${name}`
  const problem = `column '${to.name}' is ${toTypeText(from.type)}, the table has ${toTypeText(to.type)}`
  const mismatch = tablesErrors.TABLES_SCHEMA_MISMATCH(table, problem)
  if (from.type !== 'integer') throw mismatch
  // A column of nothing but NULL says it is INTEGER; it fits anything.
  return `case when ${value} is null then cast(null as ${type}) else error(${quoteText(mismatch.message)}) end as ${name}`
}

const times = ['date', 'timestamp', 'timestamp_ntz']

/** Whether SQL converts one into the other, failing on values that do not fit. */
function canConvert(from: DeltaType, to: DeltaType): boolean {
  if (typeof to !== 'string') {
    return typeof from !== 'string' && from.type === to.type
  }
  if (typeof from !== 'string') return false
  if (from === 'string' || to === 'string') return to !== 'binary'
  if (times.includes(from)) return times.includes(to)
  const isFraction = from.startsWith('decimal') || floats.includes(from)
  return isFraction && (to.startsWith('decimal') || floats.includes(to))
}

const integers = ['byte', 'short', 'integer', 'long']
const floats = ['float', 'double']

/** Whether a cast keeps every value or fails; none that rounds or reinterprets. */
export function canCast(from: DeltaType, to: DeltaType): boolean {
  if (typeof from === 'string' && typeof to === 'string') return canCastPrimitive(from, to)
  if (typeof from === 'string' || typeof to === 'string') return false
  if (from.type === 'array' && to.type === 'array') return canCast(from.elementType, to.elementType)
  if (from.type === 'map' && to.type === 'map') {
    return canCast(from.keyType, to.keyType) && canCast(from.valueType, to.valueType)
  }
  if (!isStruct(from) || !isStruct(to)) return false
  const targets = new Map(to.fields.map((field) => [field.name.toLowerCase(), field.type]))
  return from.fields.every((field) => {
    const target = targets.get(field.name.toLowerCase())
    return target !== undefined && canCast(field.type, target)
  })
}

function canCastPrimitive(from: string, to: string): boolean {
  if (from === to) return true
  if (from.startsWith('decimal')) return canCastDecimal(from, to)
  const isTo = (kinds: readonly string[]) => kinds.includes(to)
  if (integers.includes(from)) {
    return isTo(integers) || isTo(floats) || to.startsWith('decimal')
  }
  if (floats.includes(from)) return isTo(floats)
  if (from === 'date') return isTo(['timestamp', 'timestamp_ntz'])
  return from === 'timestamp_ntz' && to === 'timestamp'
}

function canCastDecimal(from: string, to: string): boolean {
  if (floats.includes(to)) return true
  if (to.startsWith('decimal')) return scaleOf(to) >= scaleOf(from)
  return scaleOf(from) === 0 && integers.includes(to)
}

function scaleOf(decimal: string): number {
  return Number(/,(?<scale>\d+)\)/.exec(decimal)?.groups?.['scale'] ?? 0)
}
