import { tablesErrors } from '../errors.ts'

/** Delta's JSON schema types. A primitive is its name: `long`, `decimal(38,18)`, `timestamp_ntz`. */
export type DeltaType = string | StructType | ArrayType | MapType

export interface StructType {
  readonly type: 'struct'
  readonly fields: readonly StructField[]
}

export interface ArrayType {
  readonly type: 'array'
  readonly elementType: DeltaType
  readonly containsNull: boolean
}

export interface MapType {
  readonly type: 'map'
  readonly keyType: DeltaType
  readonly valueType: DeltaType
  readonly valueContainsNull: boolean
}

export interface StructField {
  readonly name: string
  readonly type: DeltaType
  readonly nullable: boolean
  readonly metadata: Readonly<Record<string, unknown>>
}

export function parseSchema(schemaString: string): StructType {
  return JSON.parse(schemaString) as StructType
}

/** Delta primitive → DuckDB's name of it; decimals keep their own spelling. */
const duckNames: Readonly<Record<string, string>> = {
  byte: 'TINYINT',
  short: 'SMALLINT',
  integer: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
  binary: 'BLOB',
  date: 'DATE',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
  timestamp_ntz: 'TIMESTAMP',
  // Holds nothing but nulls.
  void: 'INTEGER',
}

/** DuckDB type names that a Delta table holds as another, wide enough type. */
const deltaNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(duckNames)
      .filter(([delta]) => delta !== 'void')
      .map(([delta, duck]) => [duck, delta]),
  ),
  UTINYINT: 'short',
  USMALLINT: 'integer',
  UINTEGER: 'long',
  UBIGINT: 'decimal(20,0)',
  HUGEINT: 'decimal(38,0)',
  UHUGEINT: 'decimal(38,0)',
  UUID: 'string',
  JSON: 'string',
  TIMESTAMP_S: 'timestamp_ntz',
  TIMESTAMP_MS: 'timestamp_ntz',
  TIMESTAMP_NS: 'timestamp_ntz',
  TIMESTAMPTZ: 'timestamp',
  // The type of a bare NULL.
  '"NULL"': 'string',
}

const sqlNames: Readonly<Record<string, string>> = {
  byte: 'tinyint',
  short: 'smallint',
  integer: 'int',
  long: 'bigint',
}

export function isStruct(type: DeltaType): type is StructType {
  return typeof type !== 'string' && type.type === 'struct'
}

/** The type as DuckDB spells it. */
export function toDuckType(type: DeltaType, column: string): string {
  if (typeof type === 'string') {
    const name = type.startsWith('decimal') ? type.toUpperCase() : duckNames[type]
    if (name === undefined) throw tablesErrors.TABLES_TYPE_UNSUPPORTED(column, type)
    return name
  }
  if (type.type === 'array') return `${toDuckType(type.elementType, column)}[]`
  if (type.type === 'map') {
    return `MAP(${toDuckType(type.keyType, column)}, ${toDuckType(type.valueType, column)})`
  }
  const fields = type.fields.map((f) => `${quoteName(f.name)} ${toDuckType(f.type, column)}`)
  return `STRUCT(${fields.join(', ')})`
}

/** The type as Databricks shows it: `bigint`, `array<int>`, `struct<a:int>`. */
export function toTypeText(type: DeltaType): string {
  if (typeof type === 'string') return sqlNames[type] ?? type
  if (type.type === 'array') return `array<${toTypeText(type.elementType)}>`
  if (type.type === 'map') return `map<${toTypeText(type.keyType)},${toTypeText(type.valueType)}>`
  return `struct<${type.fields.map((f) => `${f.name}:${toTypeText(f.type)}`).join(',')}>`
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function nullableField(name: string, type: DeltaType): StructField {
  return { name, type, nullable: true, metadata: {} }
}

/** Reads a type as DuckDB writes it, and widens what Delta has no name for. */
export function fromDuckType(text: string, column: string): DeltaType {
  const trimmed = text.trim()
  const list = /^(?<element>.*)\[\d*\]$/s.exec(trimmed)?.groups?.['element']
  if (list !== undefined) {
    return { type: 'array', elementType: fromDuckType(list, column), containsNull: true }
  }
  const outer = /^(?<name>STRUCT|MAP|DECIMAL|ENUM)\((?<inside>.*)\)$/s.exec(trimmed)?.groups
  if (outer === undefined) {
    const name = deltaNames[trimmed]
    if (name === undefined) throw tablesErrors.TABLES_TYPE_UNSUPPORTED(column, trimmed)
    return name
  }
  const inside = outer['inside'] ?? ''
  switch (outer['name'] ?? '') {
    case 'ENUM':
      return 'string'
    case 'DECIMAL':
      return `decimal(${inside.replaceAll(' ', '')})`
    case 'MAP':
      return mapType(splitTypes(inside), column)
    default:
      return { type: 'struct', fields: splitTypes(inside).map((part) => structField(part, column)) }
  }
}

function mapType(parts: readonly string[], column: string): MapType {
  const [key = '', value = ''] = parts
  return {
    type: 'map',
    keyType: fromDuckType(key, column),
    valueType: fromDuckType(value, column),
    valueContainsNull: true,
  }
}

function structField(part: string, column: string): StructField {
  const found = /^\s*(?:"(?<quoted>(?:[^"]|"")*)"|(?<bare>\S+))\s+(?<type>.*)$/s.exec(part)?.groups
  const name = found?.['quoted']?.replaceAll('""', '"') ?? found?.['bare'] ?? ''
  return nullableField(name, fromDuckType(found?.['type'] ?? '', `${column}.${name}`))
}

/** Splits `a INTEGER, b STRUCT(c DECIMAL(4,2))` at its outer commas. */
export function splitTypes(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let quoted = false
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') quoted = !quoted
    else if (quoted) continue
    else if (char === '(') depth++
    else if (char === ')') depth--
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}
