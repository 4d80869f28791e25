/** Values of DuckDB as the exact texts of the SQL statement API, and as plain JavaScript values. */
import type {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  DuckDBValue,
} from '@duckdb/node-api'
import type { DeltaType } from '../delta/schema.ts'

/** A type that a query can answer; what Delta cannot hold is named as DuckDB names it. */
export type ValueType = DeltaType

const integers = new Set(['byte', 'short', 'integer', 'long'])

/** The value as text, exactly; null stays null. */
export function formatValue(value: DuckDBValue, type: ValueType): string | null {
  if (value === null) return null
  if (typeof type !== 'string') return formatJson(value, type)
  return formatPrimitive(value, type)
}

function formatPrimitive(value: DuckDBValue, type: string): string {
  switch (type) {
    case 'float':
      return formatDouble(value as number, shortestFloat)
    case 'double':
      return formatDouble(value as number, String)
    case 'date':
      return formatDate((value as DuckDBDateValue).days)
    case 'timestamp':
      return `${formatMicros((value as DuckDBTimestampValue).micros)}Z`
    case 'timestamp_ntz':
      return formatMicros(toMicros(value))
    case 'binary':
      return Buffer.from((value as DuckDBBlobValue).bytes).toString('base64')
    default:
      return String(value)
  }
}

function formatDouble(value: number, shortest: (value: number) => string): string {
  if (!Number.isFinite(value)) return String(value)
  if (Object.is(value, -0)) return '-0.0'
  const text = shortest(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

function shortestFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(value)
}

const microsPerDay = 86_400_000_000n

function formatMicros(micros: bigint): string {
  let days = micros / microsPerDay
  let rest = micros % microsPerDay
  if (rest < 0n) {
    days -= 1n
    rest += microsPerDay
  }
  const seconds = Number(rest / 1_000_000n)
  const fraction = Number(rest % 1_000_000n)
  const time = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.trunc(part)).padStart(2, '0'))
    .join(':')
  const tail = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`
  return `${formatDate(Number(days))}T${time}${tail}`
}

// The seconds, milliseconds and nanoseconds kinds print like the microseconds one that tables hold.
function toMicros(value: DuckDBValue): bigint {
  const kinds = value as {
    micros?: bigint
    millis?: bigint
    seconds?: bigint
    nanos?: bigint
  }
  if (kinds.micros !== undefined) return kinds.micros
  if (kinds.millis !== undefined) return kinds.millis * 1000n
  if (kinds.seconds !== undefined) return kinds.seconds * 1_000_000n
  return (kinds.nanos ?? 0n) / 1000n
}

/** A proleptic Gregorian date of days since 1970-01-01; years beyond four digits carry a sign. */
function formatDate(days: number): string {
  const date = new Date(days * 86_400_000)
  if (Number.isNaN(date.getTime())) return days > 0 ? 'infinity' : '-infinity'
  const year = date.getUTCFullYear()
  const sign = year < 0 ? '-' : year > 9999 ? '+' : ''
  const parts = [date.getUTCMonth() + 1, date.getUTCDate()].map((p) => String(p).padStart(2, '0'))
  return `${sign}${String(Math.abs(year)).padStart(4, '0')}-${parts.join('-')}`
}

function formatJson(value: DuckDBValue, type: ValueType): string {
  if (value === null) return 'null'
  if (typeof type === 'string') return formatJsonPrimitive(value, type)
  switch (type.type) {
    case 'array':
      return `[${(value as DuckDBListValue).items.map((item) => formatJson(item, type.elementType)).join(',')}]`
    case 'map': {
      const entries = (value as DuckDBMapValue).entries.map(
        (entry) =>
          `${JSON.stringify(formatValue(entry.key, type.keyType))}:${formatJson(entry.value, type.valueType)}`,
      )
      return `{${entries.join(',')}}`
    }
    case 'struct': {
      const { entries } = value as DuckDBStructValue
      const fields = type.fields.map(
        (field) =>
          `${JSON.stringify(field.name)}:${formatJson(entries[field.name] ?? null, field.type)}`,
      )
      return `{${fields.join(',')}}`
    }
  }
}

function formatJsonPrimitive(value: DuckDBValue, type: string): string {
  const text = formatPrimitive(value, type)
  const bare =
    type === 'boolean' ||
    integers.has(type) ||
    type.startsWith('decimal') ||
    ((type === 'double' || type === 'float') && Number.isFinite(value))
  return bare ? text : JSON.stringify(text)
}

/**
 * The value for code: numbers for integers (text beyond 2^53), decimals, floats and doubles; ISO
 * texts for dates and times; base64 for binary; arrays and objects for nested values.
 */
export function toPlain(value: DuckDBValue, type: ValueType): unknown {
  if (value === null) return null
  if (typeof type === 'string') return toPlainPrimitive(value, type)
  switch (type.type) {
    case 'array':
      return (value as DuckDBListValue).items.map((item) => toPlain(item, type.elementType))
    case 'map':
      return Object.fromEntries(
        (value as DuckDBMapValue).entries.map((entry) => [
          formatValue(entry.key, type.keyType),
          toPlain(entry.value, type.valueType),
        ]),
      )
    case 'struct': {
      const { entries } = value as DuckDBStructValue
      return Object.fromEntries(
        type.fields.map((field) => [field.name, toPlain(entries[field.name] ?? null, field.type)]),
      )
    }
  }
}

function toPlainPrimitive(value: DuckDBValue, type: string): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
    return value
  }
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (type.startsWith('decimal')) {
    const decimal = value as DuckDBDecimalValue
    return typeof decimal.value === 'bigint' ? Number(decimal.toString()) : Number(value)
  }
  return formatPrimitive(value, type)
}
