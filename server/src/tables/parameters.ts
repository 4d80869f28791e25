import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'
import type { BindTypes, BindValues } from './duck/engine.ts'

/** A named parameter of a statement: `:name` in its text. Values travel as text, as Databricks has them. */
export interface StatementParameter {
  readonly name: string
  readonly value?: string | number | boolean | null
  /** A Databricks type name; a text when absent. */
  readonly type?: string
}

/** Values and types for DuckDB to bind. */
export async function bindParameters(
  parameters: readonly StatementParameter[],
): Promise<{ values: BindValues; types: BindTypes }> {
  const values: Record<string, DuckDBValue> = {}
  const types: Record<string, DuckDBType | undefined> = {}
  if (parameters.length === 0) return { values, types }
  const { BOOLEAN, DOUBLE, VARCHAR } = await import('@duckdb/node-api')
  for (const { name, value } of parameters) {
    values[name] = value ?? null
    types[name] =
      typeof value === 'number' ? DOUBLE : typeof value === 'boolean' ? BOOLEAN : VARCHAR
  }
  return { values, types }
}
