import type { SqlResult } from '../tables/wire.ts'
import type { AlertRule, Measurement } from './wire.ts'

/** The rows of a drift table. */
export function toMeasurements(result: SqlResult): Measurement[] {
  const at = new Map(result.columns.map((column, index) => [column.name, index]))
  return result.rows.map((row) => {
    const text = (name: string) => row[at.get(name) ?? -1] ?? ''
    const key = text('slice_key')
    return {
      window: text('window'),
      column: text('column_name'),
      slice: key === '' ? '' : `${key}=${text('slice_value')}`,
      metric: text('metric'),
      value: Number(text('value')),
      rows: Number(text('rows')),
      computedAt: Date.parse(text('computed_at')),
    }
  })
}

/** One line of the drift table: a column's metric in one slice, over all windows. */
export interface DriftRow {
  readonly column: string
  readonly metric: string
  readonly slice: string
  /** The newest window's value. */
  readonly value: number
  readonly rows: number
  /** The last measurement of each window, oldest first. */
  readonly history: readonly { readonly window: string; readonly value: number }[]
  readonly limit: number | undefined
  readonly over: boolean
}

/** Quality falls below its limit, drift and losses rise above theirs. */
const lessIsWorse = /^(?:accuracy|precision|recall|f1|roc_auc|r2)/

function isOver(metric: string, value: number, limit: number | undefined): boolean {
  if (limit === undefined) return false
  return lessIsWorse.test(metric) ? value < limit : value > limit
}

function limitFor(rules: readonly AlertRule[], one: Measurement): number | undefined {
  return rules.find(
    (rule) =>
      rule.metric === one.metric &&
      (rule.column === '*' || rule.column === one.column) &&
      (rule.slice ?? '') === one.slice,
  )?.limit
}

/** Measurements by column, metric and slice; what is over its limit first, then the largest. */
export function driftRows(
  measurements: readonly Measurement[],
  rules: readonly AlertRule[],
): DriftRow[] {
  const groups = Map.groupBy(measurements, (one) => `${one.column}\n${one.metric}\n${one.slice}`)
  const rows = [...groups.values()].flatMap((group): DriftRow[] => {
    const sorted = group.toSorted((left, right) => left.computedAt - right.computedAt)
    const newest = sorted.at(-1)
    if (newest === undefined) return []
    const history = [...new Map(sorted.map((one) => [one.window, one])).values()]
    const limit = limitFor(rules, newest)
    const { column, metric, slice, value, rows: count } = newest
    const over = isOver(metric, value, limit)
    return [{ column, metric, slice, value, rows: count, history, limit, over }]
  })
  return rows.toSorted(
    (left, right) => Number(right.over) - Number(left.over) || right.value - left.value,
  )
}
