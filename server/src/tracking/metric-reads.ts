import { query, type Script } from '../core/index.ts'
import { findKey } from './keys.ts'
import { toMetric, type MetricRow } from './metric-store.ts'
import { findRunRow } from './run-store.ts'
import type { Metric } from './types.ts'

export interface HistoryQuery {
  readonly runId: string
  readonly key: string
  /** Only what comes after this value in the history's order. */
  readonly after?: HistoryPosition | undefined
  readonly limit: number
}

export type HistoryPosition = readonly [
  timestamp: number,
  step: number,
  value: number,
  isNan: number,
]

/** The values of one metric by time, step and value; nothing for an unknown run or metric. */
export function* loadHistory(asked: HistoryQuery): Script<readonly Metric[]> {
  const run = yield* findRunRow(asked.runId)
  const key = yield* findKey(asked.key)
  if (!run || key === undefined) return []
  const columns = 'timestamp, step, value, is_nan'
  const order = `order by ${columns} limit ?`
  const rows = asked.after
    ? yield* query<Omit<MetricRow, 'name'>>(
        `select ${columns} from tracking_metric where run = ? and key = ?
         and (${columns}) > (?, ?, ?, ?) ${order}`,
        run.id,
        key,
        ...asked.after,
        asked.limit,
      )
    : yield* query<Omit<MetricRow, 'name'>>(
        `select ${columns} from tracking_metric where run = ? and key = ? ${order}`,
        run.id,
        key,
        asked.limit,
      )
  return rows.map((row) => toMetric({ ...row, name: asked.key }))
}
