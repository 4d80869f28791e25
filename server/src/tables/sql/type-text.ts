import { tablesErrors } from '../errors.ts'
import { nullableField, type DeltaType, type StructField } from '../delta/schema.ts'
import { isSymbol, tokenize, toByteText, unquoteName, fromByteText, type Token } from './tokens.ts'

const names: Readonly<Record<string, DeltaType>> = {
  TINYINT: 'byte',
  BYTE: 'byte',
  SMALLINT: 'short',
  SHORT: 'short',
  INT: 'integer',
  INTEGER: 'integer',
  BIGINT: 'long',
  LONG: 'long',
  FLOAT: 'float',
  REAL: 'float',
  DOUBLE: 'double',
  STRING: 'string',
  VARCHAR: 'string',
  CHAR: 'string',
  TEXT: 'string',
  BOOLEAN: 'boolean',
  BINARY: 'binary',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_LTZ: 'timestamp',
  TIMESTAMP_NTZ: 'timestamp_ntz',
}

/** Reads a Databricks type: `bigint`, `decimal(10,2)`, `array<int>`, `struct<a:int,b:string>`. */
export function parseTypeText(text: string): DeltaType {
  const tokens = tokenize(toByteText(text))
  const read = readType(tokens, 0)
  if (read.next !== tokens.length) throw unknownType(text)
  return read.type
}

export interface ReadType {
  readonly type: DeltaType
  /** Index of the first token behind the type. */
  readonly next: number
}

/** Reads the type that begins at a token. */
export function readType(tokens: readonly Token[], at: number): ReadType {
  const token = tokens[at]
  if (!token || (token.kind !== 'word' && token.kind !== 'name'))
    throw unknownType(token?.text ?? '')
  const word = token.text.toUpperCase()
  switch (word) {
    case 'ARRAY': {
      const element = readType(tokens, expect(tokens, at + 1, '<'))
      return {
        type: { type: 'array', elementType: element.type, containsNull: true },
        next: expect(tokens, element.next, '>'),
      }
    }
    case 'MAP':
      return readMap(tokens, at)
    case 'STRUCT':
      return readStruct(tokens, at)
    case 'DECIMAL':
    case 'DEC':
    case 'NUMERIC':
      return readDecimal(tokens, at)
    default:
      return readPrimitive(tokens, at)
  }
}

function readPrimitive(tokens: readonly Token[], at: number): ReadType {
  const text = tokens[at]?.text ?? ''
  const type = names[text.toUpperCase()]
  if (type === undefined) throw unknownType(text)
  const hasLength = type === 'string' && isSymbol(tokens[at + 1], '(')
  return { type, next: hasLength ? expect(tokens, at + 3, ')') : at + 1 }
}

function readDecimal(tokens: readonly Token[], at: number): ReadType {
  if (!isSymbol(tokens[at + 1], '(')) return { type: 'decimal(10,0)', next: at + 1 }
  const precision = Number(tokens[at + 2]?.text)
  const hasScale = isSymbol(tokens[at + 3], ',')
  const scale = hasScale ? Number(tokens[at + 4]?.text) : 0
  const next = expect(tokens, at + (hasScale ? 5 : 3), ')')
  if (!(precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision)) {
    throw unknownType(`decimal(${precision},${scale})`)
  }
  return { type: `decimal(${precision},${scale})`, next }
}

function readMap(tokens: readonly Token[], at: number): ReadType {
  const key = readType(tokens, expect(tokens, at + 1, '<'))
  const value = readType(tokens, expect(tokens, key.next, ','))
  return {
    type: { type: 'map', keyType: key.type, valueType: value.type, valueContainsNull: true },
    next: expect(tokens, value.next, '>'),
  }
}

function readStruct(tokens: readonly Token[], at: number): ReadType {
  const fields: StructField[] = []
  let next = expect(tokens, at + 1, '<')
  while (!isSymbol(tokens[next], '>')) {
    const name = tokens[next]
    if (!name) throw unknownType('struct<')
    const typeAt = isSymbol(tokens[next + 1], ':') ? next + 2 : next + 1
    const field = readType(tokens, typeAt)
    fields.push(nullableField(fromByteText(unquoteName(name)), field.type))
    next = isSymbol(tokens[field.next], ',') ? field.next + 1 : field.next
  }
  return { type: { type: 'struct', fields }, next: next + 1 }
}

function expect(tokens: readonly Token[], at: number, symbol: string): number {
  if (isSymbol(tokens[at], symbol)) return at + 1
  throw unknownType(tokens[at]?.text ?? 'the end of the text')
}

function unknownType(found: string): Error {
  return tablesErrors.TABLES_STATEMENT_INVALID(`'${found}' is not a type that a table can hold`)
}
