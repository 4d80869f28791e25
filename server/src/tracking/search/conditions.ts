import type { DialectName, SqlValue } from '../../core/index.ts'
import { trackingErrors } from '../errors.ts'
import type { Comparison, Operator } from './parser.ts'

/** SQL text with `?` and what they stand for. */
export interface SqlPart {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

export const textOperators = ['=', '!=', 'LIKE', 'ILIKE'] as const
export const listOperators = [...textOperators, 'IN', 'NOT IN'] as const
export const numberOperators = ['=', '!=', '>', '>=', '<', '<='] as const

/** Refuses an operator that the name does not take. */
export function allowOperators(comparison: Comparison, allowed: readonly Operator[]): void {
  if (allowed.includes(comparison.operator)) return
  throw trackingErrors.TRACKING_FILTER_INVALID(
    comparison.at,
    `${shown(comparison)} takes ${allowed.join(', ')}, not ${comparison.operator}`,
  )
}

/** How a filter writes the name. */
export function shown(comparison: Pick<Comparison, 'entity' | 'key'>): string {
  return `${comparison.entity}s.${comparison.key}`
}

/** A condition on a text column. */
export function compareText(dialect: DialectName, column: string, comparison: Comparison): SqlPart {
  const { operator, value } = comparison
  if (operator === 'IN' || operator === 'NOT IN') {
    const items = Array.isArray(value) ? value : [value]
    const word = operator === 'IN' ? 'in' : 'not in'
    const list =
      dialect === 'sqlite'
        ? 'select value from json_each(?)'
        : 'select jsonb_array_elements_text(?::jsonb)'
    return { sql: `${column} ${word} (${list})`, parameters: [JSON.stringify(items)] }
  }
  const text = textOf(comparison)
  if (operator === 'LIKE' || operator === 'ILIKE') {
    const escape = dialect === 'postgres' ? " escape ''" : ''
    return operator === 'LIKE'
      ? { sql: `${column} like ?${escape}`, parameters: [text] }
      : { sql: `lower(${column}) like lower(?)${escape}`, parameters: [text] }
  }
  return { sql: `${column} ${operator} ?`, parameters: [text] }
}

/** A condition on a column of doubles. */
export function compareNumber(column: string, comparison: Comparison): SqlPart {
  return { sql: `${column} ${comparison.operator} ?`, parameters: [numberOf(comparison)] }
}

/** A condition on a column of whole numbers; a fraction is turned into the whole bound it means. */
export function compareInteger(column: string, comparison: Comparison): SqlPart {
  const { operator } = comparison
  const asked = numberOf(comparison)
  const value = Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, asked))
  if (Number.isInteger(value)) return { sql: `${column} ${operator} ?`, parameters: [value] }
  if (operator === '=') return { sql: '1 = 0', parameters: [] }
  if (operator === '!=') return { sql: '1 = 1', parameters: [] }
  return operator === '>' || operator === '>='
    ? { sql: `${column} > ?`, parameters: [Math.floor(value)] }
    : { sql: `${column} < ?`, parameters: [Math.ceil(value)] }
}

export function textOf(comparison: Comparison): string {
  if (typeof comparison.value === 'string') return comparison.value
  throw trackingErrors.TRACKING_FILTER_INVALID(
    comparison.valueAt,
    `${shown(comparison)} compares with a quoted text such as 'value', not with ${String(comparison.value)}`,
  )
}

export function numberOf(comparison: Comparison): number {
  if (typeof comparison.value === 'number') return comparison.value
  throw trackingErrors.TRACKING_FILTER_INVALID(
    comparison.valueAt,
    `${shown(comparison)} compares with a number without quotes, not with '${String(comparison.value)}'`,
  )
}

export function joinAnd(parts: readonly SqlPart[]): SqlPart {
  return {
    sql: parts.length === 0 ? '1 = 1' : parts.map((part) => part.sql).join(' and '),
    parameters: parts.flatMap((part) => part.parameters),
  }
}
