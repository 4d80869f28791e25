import type { DialectName } from '../core/index.ts'
import {
  allowOperators,
  compareText,
  shown,
  textOperators,
  type Comparison,
  type SqlPart,
} from '../tracking/index.ts'
import { registryErrors } from './errors.ts'

export interface SearchInput {
  readonly filter?: string | undefined
  readonly maxResults: number
  readonly orderBy?: readonly string[] | undefined
  readonly pageToken?: string | undefined
}

export function checkLimit(asked: number, most: number): number {
  if (asked >= 1 && asked <= most) return asked
  throw registryErrors.REGISTRY_INVALID(
    `Invalid value for max_results: it must be between 1 and ${most}, but got ${asked}`,
  )
}

/** A token fits only the search that it came from. */
export function pageKind(of: string, input: SearchInput): string {
  return JSON.stringify([of, input.filter ?? '', input.orderBy ?? []])
}

export function unknownName(comparison: Comparison, known: string): Error {
  return registryErrors.REGISTRY_INVALID(
    `Invalid search at position ${comparison.at + 1}: there is no ${shown(comparison)} here; use ${known}`,
  )
}

export function unknownOrder(key: string, known: readonly string[]): Error {
  return registryErrors.REGISTRY_INVALID(
    `Invalid order by key '${key}' specified. Valid keys are ${known.join(', ')}`,
  )
}

export interface TagOwner {
  readonly table: string
  /** The column that points at the owner. */
  readonly owner: string
  /** The owner's id in the outer query. */
  readonly id: string
}

/** A condition on a tag: `!=` and LIKE need the tag to be there, as in MLflow. */
export function tagCondition(
  dialect: DialectName,
  comparison: Comparison,
  { table, owner, id }: TagOwner,
): SqlPart {
  allowOperators(comparison, [...textOperators, 'IS NULL', 'IS NOT NULL'])
  const has = `select 1 from ${table} t where t.${owner} = ${id} and t.key = ?`
  if (comparison.operator === 'IS NULL') {
    return { sql: `not exists (${has})`, parameters: [comparison.key] }
  }
  if (comparison.operator === 'IS NOT NULL') {
    return { sql: `exists (${has})`, parameters: [comparison.key] }
  }
  const value = compareText(dialect, 't.value', comparison)
  return {
    sql: `exists (${has} and ${value.sql})`,
    parameters: [comparison.key, ...value.parameters],
  }
}
