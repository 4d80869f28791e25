import type { DuckDBValue } from '@duckdb/node-api'
import { tablesErrors } from './errors.ts'
import { parseTypeText } from './sql/type-text.ts'
import { toDuckType } from './delta/schema.ts'
import type { BindTypes, BindValues } from './duck/engine.ts'
import type { ParameterTypes } from './sql/dialect.ts'

/** A named parameter of a statement: `:name` in its text. */
export interface StatementParameter {
  readonly name: string
  readonly value?: string | number | boolean | null
  /** A Databricks type name. @default by the value: BIGINT, DOUBLE, BOOLEAN or STRING */
  readonly type?: string
}

/** What each `:name` is cast to. */
export function parameterTypes(parameters: readonly StatementParameter[]): ParameterTypes {
  const types = new Map<string, string>()
  for (const { name, type, value } of parameters) {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw tablesErrors.TABLES_STATEMENT_INVALID(`'${name}' is not a parameter name`)
    }
    types.set(name, type === undefined ? typeOfValue(value) : toDuckType(parseTypeText(type), name))
  }
  return types
}

function typeOfValue(value: StatementParameter['value']): string {
  if (typeof value === 'boolean') return 'BOOLEAN'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'BIGINT' : 'DOUBLE'
  return 'VARCHAR'
}

/** Every value is bound as text; the statement casts it. */
export async function bindParameters(
  parameters: readonly StatementParameter[],
  sql: string,
): Promise<{ values: BindValues; types: BindTypes }> {
  const used = parameters.filter(({ name }) => new RegExp(`\\$${name}\\b`).test(sql))
  if (used.length === 0) return { values: {}, types: {} }
  const { VARCHAR } = await import('@duckdb/node-api')
  const values: Record<string, DuckDBValue> = {}
  for (const { name, value } of used) values[name] = value == null ? null : String(value)
  return { values, types: Object.fromEntries(used.map(({ name }) => [name, VARCHAR])) }
}
