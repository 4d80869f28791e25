import { query, type DialectName, type Script } from '../core/index.ts'
import { numberList, type NumberList } from './number-list.ts'
import { toMetric, type MetricRow } from './metric-store.ts'
import { runColumns, toRunInfo, type RunRow } from './run-store.ts'
import type { DatasetInput, KeyValue, Run } from './types.ts'

export function* loadRun(dialect: DialectName, runId: string): Script<Run | undefined> {
  const rows = yield* query<RunRow>(
    `select ${runColumns} from tracking_run where run_id = ?`,
    runId,
  )
  return (yield* loadRuns(dialect, rows))[0]
}

/** The rows of runs, in the order of their numbers as given. */
export function* loadRunRows(dialect: DialectName, ids: readonly number[]): Script<RunRow[]> {
  if (ids.length === 0) return []
  const list = numberList(dialect, ids)
  const rows = yield* query<RunRow>(
    `select ${runColumns} from tracking_run where id in ${list.sql}`,
    list.parameter,
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** The runs of rows, in their order, with all that was logged to them. */
export function* loadRuns(dialect: DialectName, rows: readonly RunRow[]): Script<Run[]> {
  if (rows.length === 0) return []
  const list = numberList(
    dialect,
    rows.map((row) => row.id),
  )
  const metrics = yield* query<MetricRow & OfRun>(
    `select m.run, k.name, m.value, m.is_nan, m.timestamp, m.step from tracking_latest_metric m
     join tracking_key k on k.id = m.key where m.run in ${list.sql} order by m.run, k.name`,
    list.parameter,
  )
  const params = yield* loadPairs('tracking_param', list)
  const tags = yield* loadPairs('tracking_tag', list)
  const datasets = yield* loadDatasets(list)
  const models = yield* query<ModelRow>(
    `select run, direction, model_id, step from tracking_run_model
     where run in ${list.sql} order by run, step, model_id`,
    list.parameter,
  )
  const metricsOf = Map.groupBy(metrics, (row) => row.run)
  const paramsOf = Map.groupBy(params, (row) => row.run)
  const tagsOf = Map.groupBy(tags, (row) => row.run)
  const datasetsOf = Map.groupBy(datasets, (row) => row.run)
  const modelsOf = Map.groupBy(models, (row) => row.run)
  return rows.map((row) => {
    const ownModels = modelsOf.get(row.id) ?? []
    return {
      info: toRunInfo(row),
      metrics: (metricsOf.get(row.id) ?? []).map(toMetric),
      params: (paramsOf.get(row.id) ?? []).map(toPair),
      tags: (tagsOf.get(row.id) ?? []).map(toPair),
      datasetInputs: (datasetsOf.get(row.id) ?? []).map((entry) => entry.input),
      modelInputs: ownModels.filter((m) => m.direction === 'input').map((m) => m.model_id),
      modelOutputs: ownModels
        .filter((m) => m.direction === 'output')
        .map((m) => ({ modelId: m.model_id, step: m.step })),
    }
  })
}

interface OfRun {
  readonly run: number
}

interface ModelRow extends OfRun {
  readonly direction: 'input' | 'output'
  readonly model_id: string
  readonly step: number
}

function* loadPairs(
  table: 'tracking_param' | 'tracking_tag',
  list: NumberList,
): Script<readonly (OfRun & KeyValue)[]> {
  return yield* query<OfRun & KeyValue>(
    `select t.run, k.name as key, t.value from ${table} t
     join tracking_key k on k.id = t.key where t.run in ${list.sql} order by t.run, k.name`,
    list.parameter,
  )
}

function toPair({ key, value }: KeyValue): KeyValue {
  return { key, value }
}

interface DatasetRow extends OfRun {
  readonly dataset: number
  readonly name: string
  readonly digest: string
  readonly source_type: string
  readonly source: string
  readonly schema: string | null
  readonly profile: string | null
}

function* loadDatasets(
  list: NumberList,
): Script<readonly (OfRun & { readonly input: DatasetInput })[]> {
  const rows = yield* query<DatasetRow>(
    `select i.run, i.dataset, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
     from tracking_run_dataset i join tracking_dataset d on d.id = i.dataset
     where i.run in ${list.sql} order by i.run, i.dataset`,
    list.parameter,
  )
  if (rows.length === 0) return []
  const tags = yield* query<OfRun & { dataset: number; name: string; value: string }>(
    `select run, dataset, name, value from tracking_run_dataset_tag
     where run in ${list.sql} order by run, dataset, name`,
    list.parameter,
  )
  const tagsOf = Map.groupBy(tags, (tag) => `${tag.run}/${tag.dataset}`)
  return rows.map((row) => ({
    run: row.run,
    input: {
      dataset: {
        name: row.name,
        digest: row.digest,
        sourceType: row.source_type,
        source: row.source,
        schema: row.schema ?? undefined,
        profile: row.profile ?? undefined,
      },
      tags: (tagsOf.get(`${row.run}/${row.dataset}`) ?? []).map((tag) => ({
        key: tag.name,
        value: tag.value,
      })),
    },
  }))
}
