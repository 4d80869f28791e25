/** Reads the YAML of data checks; every mistake is named with its line and column. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml'
import { AppError } from '../../core/index.ts'
import type { DeltaType } from '../delta/schema.ts'
import { tablesErrors } from '../errors.ts'
import { parseTypeText } from '../sql/type-text.ts'
import type { Checks, ColumnCheck } from './types.ts'

interface Reading {
  readonly counter: LineCounter
}

export function parseChecks(text: string): Checks {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  const reading = { counter }
  const [syntax] = document.errors
  if (syntax) throw mistake(reading, syntax.pos[0], syntax.message)
  const root = document.contents
  if (!isMap(root)) {
    throw mistake(reading, root?.range?.[0] ?? 0, "expected a map with 'columns' and other rules")
  }
  const fields = readFields(reading, root, ['columns', 'extra_columns', 'unique', 'rows'])
  const rows = readRows(reading, fields.get('rows'))
  return {
    columns: readColumns(reading, fields.get('columns')),
    allowExtraColumns: readExtra(reading, fields.get('extra_columns')),
    unique: readGroups(reading, fields.get('unique')),
    minRows: rows.min,
    maxRows: rows.max,
  }
}

function mistake(reading: Reading, at: number, problem: string): AppError {
  const { line, col } = reading.counter.linePos(at)
  return tablesErrors.TABLES_CHECKS_INVALID(line, col, problem)
}

function at(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0
}

/** The fields of a map by name; one that is not known is a mistake. */
function readFields(
  reading: Reading,
  map: YAMLMap,
  known: readonly string[],
): Map<string, Node | null> {
  const fields = new Map<string, Node | null>()
  for (const pair of map.items) {
    const key = pair.key as Node
    const name = isScalar(key) ? String(key.value) : ''
    if (!known.includes(name)) {
      throw mistake(reading, at(key), `unknown rule '${name}'; known are ${known.join(', ')}`)
    }
    fields.set(name, pair.value as Node | null)
  }
  return fields
}

const columnRules = [
  'type',
  'required',
  'nullable',
  'unique',
  'min',
  'max',
  'allowed',
  'pattern',
  'max_null_share',
]

function readColumns(reading: Reading, node: Node | null | undefined): ColumnCheck[] {
  if (!node) return []
  if (!isMap(node)) throw mistake(reading, at(node), "'columns' maps column names to rules")
  return node.items.map((pair) => {
    const key = pair.key as Node
    const name = isScalar(key) ? String(key.value) : ''
    return readColumn(reading, name, pair.value as Node | null)
  })
}

function readColumn(reading: Reading, name: string, node: Node | null): ColumnCheck {
  // `age: int` is short for `age: {type: int}`.
  const isShort = isScalar(node) && typeof node.value === 'string'
  if (node && !isMap(node) && !isShort && !(isScalar(node) && node.value === null)) {
    throw mistake(reading, at(node), `the rules of column '${name}' are a map or a type`)
  }
  const fields = isMap(node)
    ? readFields(reading, node, columnRules)
    : new Map<string, Node | null>(isShort ? [['type', node]] : [])
  const flag = (key: string, otherwise: boolean) => readFlag(reading, fields.get(key), otherwise)
  return {
    name,
    type: readType(reading, fields.get('type')),
    required: flag('required', true),
    nullable: flag('nullable', true),
    unique: flag('unique', false),
    min: readBound(reading, fields.get('min')),
    max: readBound(reading, fields.get('max')),
    allowed: readAllowed(reading, fields.get('allowed')),
    pattern: readPattern(reading, fields.get('pattern')),
    maxNullShare: readShare(reading, fields.get('max_null_share')),
  }
}

type Field = Node | null | undefined

function readType(reading: Reading, node: Field): DeltaType | undefined {
  if (node === undefined) return undefined
  if (!isScalar(node) || typeof node.value !== 'string') {
    throw mistake(reading, at(node), 'a type is a name such as bigint, double, string or date')
  }
  try {
    return parseTypeText(node.value)
  } catch (error) {
    throw mistake(reading, at(node), error instanceof AppError ? error.message : 'unknown type')
  }
}

function readFlag(reading: Reading, node: Field, otherwise: boolean): boolean {
  if (node === undefined) return otherwise
  if (isScalar(node) && typeof node.value === 'boolean') return node.value
  throw mistake(reading, at(node), 'expected true or false')
}

function readBound(reading: Reading, node: Field): number | string | undefined {
  if (node === undefined) return undefined
  if (isScalar(node) && (typeof node.value === 'number' || typeof node.value === 'string')) {
    return node.value
  }
  throw mistake(reading, at(node), 'expected a number, or a date or time as text')
}

function readAllowed(reading: Reading, node: Field): (string | number | boolean)[] | undefined {
  if (node === undefined) return undefined
  if (!isSeq(node)) throw mistake(reading, at(node), "'allowed' is a list of values")
  return node.items.map((item) => {
    const value = isScalar(item) ? item.value : undefined
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return value
    }
    throw mistake(reading, at(item as Node), 'an allowed value is a text, a number or a boolean')
  })
}

function readPattern(reading: Reading, node: Field): string | undefined {
  if (node === undefined) return undefined
  if (!isScalar(node) || typeof node.value !== 'string') {
    throw mistake(reading, at(node), 'a pattern is a regular expression as text')
  }
  try {
    new RegExp(node.value)
  } catch (error) {
    throw mistake(reading, at(node), (error as Error).message)
  }
  return node.value
}

function readShare(reading: Reading, node: Field): number | undefined {
  if (node === undefined) return undefined
  const value = isScalar(node) ? node.value : undefined
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw mistake(reading, at(node), 'a share is a number from 0 to 1')
}

function readExtra(reading: Reading, node: Field): boolean {
  if (node === undefined) return true
  const value = isScalar(node) ? node.value : undefined
  if (value === 'allow' || value === 'forbid') return value === 'allow'
  throw mistake(reading, at(node), "'extra_columns' is allow or forbid")
}

function readGroups(reading: Reading, node: Field): string[][] {
  if (node === undefined) return []
  if (!isSeq(node)) throw mistake(reading, at(node), "'unique' is a list of lists of columns")
  return node.items.map((item) => {
    const names = isSeq(item)
      ? item.items.map((one) => (isScalar(one) ? one.value : undefined))
      : []
    if (names.length > 0 && names.every((name) => typeof name === 'string')) return names
    throw mistake(reading, at(item as Node), 'a unique group is a list of column names')
  })
}

function readRows(
  reading: Reading,
  node: Field,
): { min: number | undefined; max: number | undefined } {
  if (node === undefined) return { min: undefined, max: undefined }
  if (!isMap(node)) throw mistake(reading, at(node), "'rows' holds min and max")
  const fields = readFields(reading, node, ['min', 'max'])
  return { min: readCount(reading, fields.get('min')), max: readCount(reading, fields.get('max')) }
}

function readCount(reading: Reading, node: Field): number | undefined {
  if (node === undefined) return undefined
  const value = isScalar(node) ? node.value : undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw mistake(reading, at(node), 'expected a whole number of rows')
}
