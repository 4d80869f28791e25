import type { Db } from '../core/index.ts'
import type { LoggedModelRow } from './logged-model-store.ts'
import type { LoggedModel, ModelMetric } from './types.ts'

/** The models of rows, in their order, with params, tags and every metric. */
export async function loadLoggedModels(
  db: Db,
  rows: readonly LoggedModelRow[],
): Promise<LoggedModel[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const pairs = (table: 'tracking_logged_model_param' | 'tracking_logged_model_tag') =>
    db.selectFrom(table).selectAll().where('model', 'in', ids).orderBy('key').execute()
  const params = Map.groupBy(await pairs('tracking_logged_model_param'), (row) => row.model)
  const tags = Map.groupBy(await pairs('tracking_logged_model_tag'), (row) => row.model)
  const metrics = await db
    .selectFrom('tracking_logged_model_metric')
    .selectAll()
    .where('model', 'in', ids)
    .orderBy('key')
    .orderBy('timestamp')
    .orderBy('step')
    .execute()
  const metricsOf = Map.groupBy(metrics, (row) => row.model)
  return rows.map((row) => ({
    ...toLoggedModel(row),
    params: (params.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
    tags: (tags.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
    metrics: (metricsOf.get(row.id) ?? []).map((metric): ModelMetric => ({
      key: metric.key,
      value: metric.is_nan === 1 ? Number.NaN : metric.value,
      timestamp: metric.timestamp,
      step: metric.step,
      modelId: row.model_id,
      runId: metric.run_id,
      datasetName: metric.dataset_name,
      datasetDigest: metric.dataset_digest,
    })),
  }))
}

function toLoggedModel(row: LoggedModelRow): Omit<LoggedModel, 'params' | 'tags' | 'metrics'> {
  return {
    modelId: row.model_id,
    experimentId: String(row.experiment),
    name: row.name,
    artifactUri: row.artifact_uri,
    status: row.status,
    modelType: row.model_type,
    sourceRunId: row.source_run_id,
    statusMessage: row.status_message,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
