/**
 * MLflow's protobuf JSON, read by hand: every message is a shape of fields, each field turns what
 * came (a JSON value, or text of a query string) into its type or throws MLflow's own complaint.
 * Unknown fields are ignored, as protobuf does: newer clients send newer fields.
 */
import { trackingErrors } from '../errors.ts'

export interface Field<T> {
  /** Undefined stands for absent; `path` names the parameter in errors. */
  readonly read: (value: unknown, path: string) => T
  readonly schema: object
  /** Another name that old clients use. */
  readonly alias?: string
  /** A single value of a query string stands for a list of one. */
  readonly repeated?: boolean
}

export interface Optional<T> extends Field<T | undefined> {
  /** Absent and empty are refused. */
  readonly required: Field<T>
  readonly or: (fallback: T) => Field<T>
}

export type Shape = Readonly<Record<string, Field<unknown>>>
export type Decoded<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never
}

type Reader<T> = (value: unknown, path: string) => T

function optional<T>(
  read: Reader<T>,
  schema: object,
  extras: { alias?: string; repeated?: boolean } = {},
): Optional<T> {
  const isAbsent = (value: unknown) => value === undefined || value === null
  return {
    ...extras,
    schema,
    read: (value, path) => (isAbsent(value) ? undefined : read(value, path)),
    required: {
      ...extras,
      schema,
      read: (value, path) => {
        if (isAbsent(value) || value === '') throw trackingErrors.TRACKING_MISSING_VALUE(path)
        return read(value, path)
      },
    },
    or: (fallback) => ({
      ...extras,
      schema,
      read: (value, path) => (isAbsent(value) ? fallback : read(value, path)),
    }),
  }
}

function wrongType(path: string, value: unknown): Error {
  return trackingErrors.TRACKING_WRONG_TYPE(path, clip(JSON.stringify(value)), pythonType(value))
}

function clip(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}

function pythonType(value: unknown): string {
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return Array.isArray(value) ? 'list' : 'dict'
}

function readText(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  throw wrongType(path, value)
}

const wholeNumber = /^[+-]?\d+(\.0*)?$/

function readInt(value: unknown, path: string): number {
  const number = typeof value === 'string' && wholeNumber.test(value.trim()) ? Number(value) : value
  // Beyond 2^53 a JSON number has already lost digits.
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw wrongType(path, value)
  return number
}

function readDouble(value: unknown, path: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' && value.trim() !== '') {
    const number = namedDoubles.get(value) ?? Number(value)
    if (!Number.isNaN(number) || value === 'NaN') return number
  }
  throw wrongType(path, value)
}

const namedDoubles = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

function readBool(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  if (text === 'true') return true
  if (text === 'false') return false
  throw wrongType(path, value)
}

/** A run request names its run by `run_id` or by the older `run_uuid`. */
const runId = optional(readText, { type: 'string' }, { alias: 'run_uuid' })

export const f = {
  text: optional(readText, { type: 'string' }),
  int: optional(readInt, { type: 'integer' }),
  double: optional(readDouble, { type: 'number' }),
  bool: optional(readBool, { type: 'boolean' }),
  runId,

  /** By name, or by the number it has in the protobuf; an unknown name counts as absent. */
  choice<T extends string>(numbers: Readonly<Record<T, number>>): Optional<T> {
    const names = Object.keys(numbers) as T[]
    const known = new Map<unknown, T>()
    for (const name of names) {
      known.set(name, name)
      known.set(numbers[name], name)
      known.set(String(numbers[name]), name)
    }
    const lenient = optional<T | undefined>((value) => known.get(value), { enum: names })
    return lenient as Optional<T>
  },

  list<T>(item: Field<T>): Optional<readonly T[]> {
    const read = (value: unknown, path: string): readonly T[] => {
      if (!Array.isArray(value)) throw wrongType(path, value)
      return value.map((entry, index) => item.read(entry, `${path}[${index}]`))
    }
    return optional(read, { type: 'array', items: item.schema }, { repeated: true })
  },

  message<S extends Shape>(shape: S): Optional<Decoded<S>> {
    const read = (value: unknown, path: string): Decoded<S> => {
      if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(path, value)
      return decode(shape, value as Record<string, unknown>, `${path}.`)
    }
    return optional(read, jsonSchema(shape))
  },

  /** A protobuf map of text to text. */
  textMap: optional(
    (value, path): Readonly<Record<string, string>> => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw wrongType(path, value)
      }
      const entries = Object.entries(value)
      return Object.fromEntries(entries.map(([k, v]) => [k, readText(v, `${path}.${k}`)]))
    },
    { type: 'object', additionalProperties: { type: 'string' } },
  ),

  /** Whatever JSON came, for parts that are only kept and given back. */
  json: optional((value) => value, {}),
}

/** Reads every field of `shape` out of `from`. */
export function decode<S extends Shape>(
  shape: S,
  from: Readonly<Record<string, unknown>>,
  prefix = '',
): Decoded<S> {
  const decoded: Record<string, unknown> = {}
  for (const name in shape) {
    const field = shape[name]
    if (field === undefined) continue
    let value = from[name]
    if (value === undefined && field.alias !== undefined) value = from[field.alias]
    const read = field.read(value, prefix === '' ? name : prefix + name)
    if (read !== undefined) decoded[name] = read
  }
  return decoded as Decoded<S>
}

/** The message as JSON Schema, for the API's description. */
export function jsonSchema(shape: Shape): object {
  const properties = Object.fromEntries(
    Object.entries(shape).map(([name, field]) => [name, field.schema]),
  )
  return { type: 'object', properties }
}
