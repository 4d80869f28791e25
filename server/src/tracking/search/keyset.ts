import type { SqlValue } from '../../core/index.ts'
import type { SqlPart } from './conditions.ts'

/** One column of an order; the last one of an order tells any two rows apart. No value is null. */
export interface OrderColumn {
  readonly sql: string
  readonly descending: boolean
}

export function orderSql(columns: readonly OrderColumn[]): string {
  return columns.map(({ sql, descending }) => `${sql}${descending ? ' desc' : ''}`).join(', ')
}

/** Rows that come after `place` in the order: `a > x or (a = x and (b < y or …))`. */
export function afterPlace(columns: readonly OrderColumn[], place: readonly SqlValue[]): SqlPart {
  const [column, ...rest] = columns
  const [value, ...values] = place
  if (!column || value === undefined) return { sql: '1 = 0', parameters: [] }
  const beyond = `${column.sql} ${column.descending ? '<' : '>'} ?`
  if (rest.length === 0) return { sql: beyond, parameters: [value] }
  const inner = afterPlace(rest, values)
  const from = `${column.sql} ${column.descending ? '<=' : '>='} ?`
  // The first comparison alone lets an index be entered at the place.
  return {
    sql: `(${from} and (${beyond} or (${inner.sql})))`,
    parameters: [value, value, ...inner.parameters],
  }
}

/** A column that comes again later orders nothing more. */
export function withoutRepeats(columns: readonly OrderColumn[]): OrderColumn[] {
  return columns.filter(
    (column, index) => columns.findIndex((other) => other.sql === column.sql) === index,
  )
}
