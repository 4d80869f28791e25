import { query, run as exec, type Script } from '../core/index.ts'
import type { Keys } from './keys.ts'
import type { RunRow } from './run-store.ts'
import type { Metric, NewMetric } from './types.ts'

/** Appends to the history, once per exact value, and keeps the latest value of each key current. */
export function* insertMetrics(
  keys: Keys,
  run: RunRow,
  metrics: readonly NewMetric[],
): Script<void> {
  const latest = new Map<number, NewMetric>()
  for (const metric of metrics) {
    const key = yield* keys.number(metric.key)
    yield* exec(
      `insert into tracking_metric (run, key, timestamp, step, value, is_nan)
       values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
      run.id,
      key,
      metric.timestamp,
      metric.step,
      storedValue(metric.value),
      isNan(metric.value),
    )
    const known = latest.get(key)
    if (!known || isLater(metric, known)) latest.set(key, metric)
  }
  // In key order, so that two writers to one run on Postgres never wait for each other in a circle.
  const inOrder = latest.size > 1 ? [...latest].sort((a, b) => a[0] - b[0]) : latest
  for (const [key, metric] of inOrder) yield* upsertLatest(run, key, metric)
}

/** "Latest" is the maximum of (step, timestamp, value), as in MLflow. */
function* upsertLatest(run: RunRow, key: number, metric: Metric): Script<void> {
  yield* exec(
    `insert into tracking_latest_metric (run, key, experiment, value, is_nan, timestamp, step)
     values (?, ?, ?, ?, ?, ?, ?)
     on conflict (run, key) do update set value = excluded.value, is_nan = excluded.is_nan,
       timestamp = excluded.timestamp, step = excluded.step
     where (excluded.step, excluded.timestamp, excluded.value) > (tracking_latest_metric.step,
       tracking_latest_metric.timestamp, tracking_latest_metric.value)`,
    run.id,
    key,
    run.experiment,
    storedValue(metric.value),
    isNan(metric.value),
    metric.timestamp,
    metric.step,
  )
}

function isLater(a: Metric, b: Metric): boolean {
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

export function storedValue(value: number): number {
  return Number.isNaN(value) ? 0 : value
}

export function isNan(value: number): 0 | 1 {
  return Number.isNaN(value) ? 1 : 0
}

export interface MetricRow {
  readonly name: string
  readonly value: number
  readonly is_nan: number
  readonly timestamp: number
  readonly step: number
}

export function toMetric(row: MetricRow): Metric {
  return {
    key: row.name,
    value: row.is_nan === 1 ? Number.NaN : row.value,
    timestamp: row.timestamp,
    step: row.step,
  }
}
