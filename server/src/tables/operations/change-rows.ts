/** The queries behind DELETE and UPDATE, over `__target`. */
import { quoteName, toDuckType, type StructType } from '../delta/schema.ts'
import { tablesErrors } from '../errors.ts'
import type { Assignment } from '../sql/statement.ts'
import { targetName } from './rewrite.ts'

export interface ChangeInput {
  readonly table: string
  readonly alias: string
  readonly schema: StructType
  readonly where: string | undefined
}

export interface ChangeQueries {
  readonly touched: string
  readonly rows: string
  /** Answers how many rows are changed. */
  readonly count: string
}

export function deleteQueries(input: ChangeInput): ChangeQueries {
  const { hit, from } = parts(input)
  const columns = input.schema.fields.map(
    (field) => `${quoteName(input.alias)}.${quoteName(field.name)}`,
  )
  return {
    touched: `select distinct __file from ${from} where ${hit}`,
    rows: `select ${columns.join(', ')} from ${from} where not ${hit}`,
    count: `select count(*) from ${from} where ${hit}`,
  }
}

export function updateQueries(
  input: ChangeInput & { readonly set: readonly Assignment[] },
): ChangeQueries {
  const { hit, from } = parts(input)
  const values = assignmentsByColumn(input.table, input.schema, input.set)
  const columns = input.schema.fields.map((field) => {
    const name = quoteName(field.name)
    const own = `${quoteName(input.alias)}.${name}`
    const value = values.get(field.name)
    if (value === undefined) return own
    const type = toDuckType(field.type, field.name)
    return `case when ${hit} then cast((${value}) as ${type}) else ${own} end as ${name}`
  })
  return {
    touched: `select distinct __file from ${from} where ${hit}`,
    rows: `select ${columns.join(', ')} from ${from}`,
    count: `select count(*) from ${from} where ${hit}`,
  }
}

function parts({ alias, where }: ChangeInput): { hit: string; from: string } {
  return {
    hit: where === undefined ? 'true' : `coalesce((${where}), false)`,
    from: `${targetName} as ${quoteName(alias)}`,
  }
}

/** Assignments by the table's own spelling of the column. */
export function assignmentsByColumn(
  table: string,
  schema: StructType,
  set: readonly Assignment[],
): Map<string, string> {
  const known = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field.name]))
  const values = new Map<string, string>()
  for (const { column, value } of set) {
    const name = known.get(column.toLowerCase())
    if (name === undefined) {
      throw tablesErrors.TABLES_SCHEMA_MISMATCH(table, `unknown column '${column}'`)
    }
    if (values.has(name)) {
      throw tablesErrors.TABLES_SCHEMA_MISMATCH(table, `column '${name}' is set twice`)
    }
    values.set(name, value)
  }
  return values
}
