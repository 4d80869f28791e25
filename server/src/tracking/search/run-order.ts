import type { Script, SqlValue } from '../../core/index.ts'
import { trackingErrors } from '../errors.ts'
import { findKey } from '../keys.ts'
import { withoutRepeats, type OrderColumn } from './keyset.ts'
import { parseOrderBy } from './parser.ts'
import { runAttributes } from './run-conditions.ts'

export interface RunOrder {
  /** Left joins that the columns need, in order, each with one parameter. */
  readonly joins: string
  readonly parameters: readonly SqlValue[]
  readonly columns: readonly OrderColumn[]
  /** The first key, when it is a metric, param or tag; the first two columns are its rank and value. */
  readonly leading?: Leading
}

export interface Leading {
  /** Ranks of a metric: 0 a number, 1 NaN, 2 missing; of a param or tag: 0 there, 1 missing. */
  readonly entity: 'metric' | 'param' | 'tag'
  readonly key: number
  readonly descending: boolean
}

/**
 * The order of a search: the keys asked for, then newest first, then by run id. Numbers come before
 * NaN, NaN before runs without the metric, and missing values last, in either direction.
 */
export function* runOrder(orderBy: readonly string[]): Script<RunOrder> {
  const columns: OrderColumn[] = []
  const joins: string[] = []
  const parameters: SqlValue[] = []
  let leading: Leading | undefined
  for (const text of orderBy) {
    const { entity, key, ascending, at } = parseOrderBy(text)
    const descending = !ascending
    if (entity === 'attribute') {
      columns.push(...attributeColumns(key, descending))
      continue
    }
    if (entity === 'dataset' || entity === 'metadata') {
      throw trackingErrors.TRACKING_FILTER_INVALID(at, `runs are not ordered by ${entity}s`)
    }
    const number = yield* findKey(key)
    // A name that was never logged is missing everywhere and orders nothing.
    if (number === undefined) continue
    const alias = `o${joins.length}`
    const table = entity === 'metric' ? 'tracking_latest_metric' : `tracking_${entity}`
    if (columns.length === 0) leading = { entity, key: number, descending }
    joins.push(`left join ${table} ${alias} on ${alias}.run = r.id and ${alias}.key = ?`)
    parameters.push(number)
    columns.push(...(entity === 'metric' ? metricColumns : pairColumns)(alias, descending))
  }
  const complete = withoutRepeats([...columns, ...newestFirst])
  return {
    joins: joins.join('\n'),
    parameters,
    columns: complete,
    ...(leading ? { leading } : {}),
  }
}

const newestFirst: readonly OrderColumn[] = [
  { sql: 'r.started_at', descending: true },
  { sql: 'r.run_id', descending: false },
]

function metricColumns(alias: string, descending: boolean): OrderColumn[] {
  return [
    { sql: `coalesce(${alias}.is_nan, 2)`, descending: false },
    { sql: `coalesce(${alias}.value, 0)`, descending },
  ]
}

function pairColumns(alias: string, descending: boolean): OrderColumn[] {
  return [
    { sql: `case when ${alias}.run is null then 1 else 0 end`, descending: false },
    { sql: `coalesce(${alias}.value, '')`, descending },
  ]
}

function attributeColumns(key: string, descending: boolean): OrderColumn[] {
  const attribute = runAttributes[key]
  if (!attribute) {
    throw trackingErrors.TRACKING_INVALID(
      `Invalid order_by entity 'attribute' with key '${key}'. Valid keys are ${Object.keys(runAttributes).join(', ')}`,
    )
  }
  const { column } = attribute
  if (column !== 'r.ended_at') return [{ sql: column, descending }]
  return [
    { sql: 'case when r.ended_at is null then 1 else 0 end', descending: false },
    { sql: 'coalesce(r.ended_at, 0)', descending },
  ]
}
