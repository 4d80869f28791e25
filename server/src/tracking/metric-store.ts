import { query, run as exec, type Script } from '../core/index.ts'
import type { Keys } from './keys.ts'
import { insertPoints } from './metric-log-store.ts'
import { isNan, storedValue, type KeyedPoint, type Point } from './metric-points.ts'
import type { RunRow } from './run-store.ts'
import type { Metric, NewMetric } from './types.ts'

/**
 * Appends to the history, once per exact value, and keeps the latest value of each key current.
 * Answers how many points went to the log that is folded later.
 */
export function* insertMetrics(
  keys: Keys,
  run: RunRow,
  metrics: readonly NewMetric[],
): Script<number> {
  const points: KeyedPoint[] = []
  for (const { key, timestamp, step, value } of metrics) {
    const number = keys.known(key) ?? (yield* keys.number(key))
    points.push({ key: number, timestamp, step, value })
  }
  if (points.length === 0) return 0
  const logged =
    keys.dialect === 'sqlite'
      ? yield* insertPoints(run.id, points)
      : yield* insertRows(run.id, points)
  for (const point of latestOf(points)) yield* upsertLatest(run, point)
  return logged
}

/** One row a value, where the database has many writers at once. */
function* insertRows(run: number, points: readonly KeyedPoint[]): Script<number> {
  for (const point of points) {
    yield* exec(
      `insert into tracking_metric (run, key, timestamp, step, value, is_nan)
       values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
      run,
      point.key,
      point.timestamp,
      point.step,
      storedValue(point.value),
      isNan(point.value),
    )
  }
  return 0
}

/** In key order, so that two writers to one run never wait for each other in a circle. */
function latestOf(points: readonly KeyedPoint[]): readonly KeyedPoint[] {
  if (points.length === 1) return points
  const latest = new Map<number, KeyedPoint>()
  for (const point of points) {
    const known = latest.get(point.key)
    if (!known || isLater(point, known)) latest.set(point.key, point)
  }
  return [...latest.values()].sort((a, b) => a.key - b.key)
}

/** "Latest" is the maximum of (step, timestamp, value), as in MLflow. */
function* upsertLatest(run: RunRow, metric: KeyedPoint): Script<void> {
  yield* exec(
    `insert into tracking_latest_metric (run, key, experiment, value, is_nan, timestamp, step)
     values (?, ?, ?, ?, ?, ?, ?)
     on conflict (run, key) do update set value = excluded.value, is_nan = excluded.is_nan,
       timestamp = excluded.timestamp, step = excluded.step
     where (excluded.step, excluded.timestamp, excluded.value) > (tracking_latest_metric.step,
       tracking_latest_metric.timestamp, tracking_latest_metric.value)`,
    run.id,
    metric.key,
    run.experiment,
    storedValue(metric.value),
    isNan(metric.value),
    metric.timestamp,
    metric.step,
  )
}

function isLater(a: Point, b: Point): boolean {
  if (a.step !== b.step) return a.step > b.step
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp
  return storedValue(a.value) > storedValue(b.value)
}

/** Puts metrics that name a logged model on it as well. */
export function* insertModelMetric(
  run: RunRow,
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
