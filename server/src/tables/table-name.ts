import { tablesErrors } from './errors.ts'

export const catalogName = 'main'
export const defaultSchema = 'default'

export interface TableName {
  readonly schema: string
  readonly table: string
  /** `main.default.x` */
  readonly full: string
}

const part = /^[^\s./\\\p{Cc}]{1,255}$/u

/** Reads `x`, `schema.x` or `main.schema.x`; parts may be quoted with back-ticks or double quotes. */
export function parseTableName(text: string): TableName {
  return nameOfParts(splitName(text))
}

/** `schema` is that of a name without one. */
export function nameOfParts(given: readonly string[], inSchema: string = defaultSchema): TableName {
  const parts = given.map((one) => one.toLowerCase())
  if (parts.length === 0 || parts.length > 3 || !parts.every((one) => part.test(one))) {
    throw tablesErrors.TABLES_NAME_INVALID(given.join('.'))
  }
  const table = parts.at(-1) ?? ''
  const schema = parts.at(-2) ?? inSchema
  const catalog = parts.at(-3) ?? catalogName
  if (catalog !== catalogName) throw tablesErrors.TABLES_CATALOG_NOT_FOUND(catalog)
  return { schema, table, full: `${catalogName}.${schema}.${table}` }
}

/** Reads `schema` or `main.schema`. */
export function parseSchemaName(text: string): string {
  const parts = splitName(text).map((one) => one.toLowerCase())
  const [catalog = '', schema = ''] = parts.length === 1 ? [catalogName, ...parts] : parts
  if (parts.length > 2 || !part.test(schema)) throw tablesErrors.TABLES_NAME_INVALID(text)
  if (catalog !== catalogName) throw tablesErrors.TABLES_CATALOG_NOT_FOUND(catalog)
  return schema
}

function splitName(text: string): string[] {
  const parts = text.trim().match(/`[^`]*`|"[^"]*"|[^.`"]+/g) ?? []
  if (parts.join('.') !== text.trim()) throw tablesErrors.TABLES_NAME_INVALID(text)
  return parts.map((one) => one.replace(/^[`"](?<inside>.*)[`"]$/, '$<inside>'))
}
