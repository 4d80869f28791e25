import { tablesErrors } from './errors.ts'
import { quoteText, toDuckType } from './delta/schema.ts'
import type { ParameterLiterals } from './sql/dialect.ts'
import { parseTypeText } from './sql/type-text.ts'

/** A named parameter of a statement: `:name` in its text. */
export interface StatementParameter {
  readonly name: string
  readonly value?: string | number | boolean | null
  /** A Databricks type name. @default by the value: BIGINT, DOUBLE, BOOLEAN or STRING */
  readonly type?: string
}

/** What stands for each `:name`: a quoted literal cast to its type, so a value can never be SQL. */
export function parameterLiterals(parameters: readonly StatementParameter[]): ParameterLiterals {
  const literals = new Map<string, string>()
  for (const { name, type, value } of parameters) {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw tablesErrors.TABLES_STATEMENT_INVALID(`'${name}' is not a parameter name`)
    }
    const duckType = type === undefined ? typeOfValue(value) : toDuckType(parseTypeText(type), name)
    const literal = value == null ? 'null' : quoteText(String(value))
    literals.set(name, `cast(${literal} as ${duckType})`)
  }
  return literals
}

function typeOfValue(value: StatementParameter['value']): string {
  if (typeof value === 'boolean') return 'BOOLEAN'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'BIGINT' : 'DOUBLE'
  return 'VARCHAR'
}
