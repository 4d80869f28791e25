import { insertTuples, query, type Script } from '../core/index.ts'
import type { Keys } from './keys.ts'
import { insertPoints } from './metric-log-store.ts'
import { isNan, storedValue, type Point, type PointsByKey } from './metric-points.ts'
import type { RunKey } from './run-store.ts'
import type { Metric, NewMetric } from './types.ts'

/**
 * Appends to the history, once per exact value, and keeps the latest value of each key current.
 * Answers how many points went to the log that is folded later.
 */
export function* insertMetrics(
  keys: Keys,
  run: RunKey,
  metrics: readonly NewMetric[],
): Script<number> {
  if (metrics.length === 0) return 0
  const points: PointsByKey = new Map()
  // A metric is a point itself: nothing is made anew for each.
  for (const [name, ofName] of groupByName(metrics)) {
    points.set(keys.known(name) ?? (yield* keys.number(name)), ofName)
  }
  const logged =
    keys.dialect === 'sqlite'
      ? yield* insertPoints(run.id, points)
      : yield* insertHistoryRows(run.id, points)
  yield* upsertLatest(run, points)
  return logged
}

function groupByName(metrics: readonly NewMetric[]): Iterable<[string, readonly NewMetric[]]> {
  const [first] = metrics
  if (metrics.length === 1 && first) return [[first.key, metrics]]
  return Map.groupBy(metrics, (metric) => metric.key)
}

/** One row a value, where the database has many writers at once. */
function* insertHistoryRows(run: number, points: PointsByKey): Script<number> {
  const rows = [...points].flatMap(([key, ofKey]) =>
    ofKey.map(({ timestamp, step, value }) => [
      run,
      key,
      timestamp,
      step,
      storedValue(value),
      isNan(value),
    ]),
  )
  const into = 'tracking_metric (run, key, timestamp, step, value, is_nan)'
  yield* insertTuples({ into, tail: 'on conflict do nothing' }, rows)
  return 0
}

const latestInsert = {
  into: 'tracking_latest_metric (run, key, experiment, value, is_nan, timestamp, step)',
  tail: `on conflict (run, key) do update set value = excluded.value, is_nan = excluded.is_nan,
    timestamp = excluded.timestamp, step = excluded.step
    where (excluded.step, excluded.timestamp, excluded.value) > (tracking_latest_metric.step,
      tracking_latest_metric.timestamp, tracking_latest_metric.value)`,
} as const

/**
 * "Latest" is the maximum of (step, timestamp, value), as in MLflow. In key order, so that two writers to
 * one run never wait for each other in a circle.
 */
function* upsertLatest(run: RunKey, points: PointsByKey): Script<void> {
  const rows = [...points].map(([key, ofKey]) => {
    const { value, timestamp, step } = ofKey.reduce((a, b) => (isLater(b, a) ? b : a))
    return [run.id, key, run.experiment, storedValue(value), isNan(value), timestamp, step] as const
  })
  yield* insertTuples(latestInsert, rows.length === 1 ? rows : rows.sort((a, b) => a[1] - b[1]))
}

function isLater(a: Point, b: Point): boolean {
  if (a.step !== b.step) return a.step > b.step
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp
  return storedValue(a.value) > storedValue(b.value)
}

/** Puts metrics that name a logged model on it as well. */
export function* insertModelMetric(
  run: RunKey,
  metric: NewMetric & { readonly modelId: string },
): Script<boolean> {
  const rows = yield* query(
    `insert into tracking_logged_model_metric
       (model, key, timestamp, step, run_id, value, is_nan, dataset_name, dataset_digest)
     select id, ?, ?, ?, ?, ?, ?, ?, ? from tracking_logged_model where model_id = ?
     on conflict (model, key, timestamp, step, run_id) do update set
       value = excluded.value, is_nan = excluded.is_nan,
       dataset_name = excluded.dataset_name, dataset_digest = excluded.dataset_digest
     returning model`,
    metric.key,
    metric.timestamp,
    metric.step,
    run.run_id,
    storedValue(metric.value),
    isNan(metric.value),
    metric.datasetName ?? '',
    metric.datasetDigest ?? '',
    metric.modelId,
  )
  return rows.length > 0
}

export interface PointRow {
  readonly timestamp: number
  readonly step: number
  readonly value: number
  readonly is_nan: number
}

export function toPoint(row: PointRow): Point {
  const value = row.is_nan === 1 ? Number.NaN : row.value
  return { value, timestamp: row.timestamp, step: row.step }
}

export interface MetricRow extends PointRow {
  readonly name: string
}

export function toMetric(row: MetricRow): Metric {
  return { key: row.name, ...toPoint(row) }
}
