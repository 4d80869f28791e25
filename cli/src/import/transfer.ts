/**
 * Brings over what a source holds. A run, or a logged model, is marked with where it came from once all
 * of it is here; what carries the mark is passed over when an import is begun again, and everything
 * before the mark may be done twice without harm.
 */
import type { ImportedItem, KeyValue, Millrace, MetricPoint } from '@millrace/sdk'
import type {
  Source,
  SourceExperiment,
  SourceLoggedModel,
  SourceMetric,
  SourceRun,
} from './source.ts'
import type { Tally } from './tally.ts'

export const markTag = 'millrace.imported_from'
const runsAtOnce = 8

export interface Transfer {
  readonly millrace: Millrace
  readonly source: Source
  readonly tally: Tally
  /** Only these experiments; all of them when empty. */
  readonly experiments: readonly string[]
  /** Where a storage URI of the source is here. */
  readonly places: Map<string, string>
  readonly onProgress: () => void
}

/** Answers the ids of the experiments here. */
export async function transferRuns(transfer: Transfer): Promise<readonly string[]> {
  const { experiments, source, tally } = transfer
  const targets: string[] = []
  for await (const experiment of source.experiments()) {
    if (experiments.length > 0 && !experiments.includes(experiment.name)) continue
    targets.push(await transferExperiment(transfer, experiment))
    tally.add('experiments', 1)
  }
  return targets
}

async function transferExperiment(
  transfer: Transfer,
  experiment: SourceExperiment,
): Promise<string> {
  const { tracking } = transfer.millrace
  const known = await tracking.findExperiment(experiment.name)
  const target =
    known?.experiment_id ??
    (await tracking.createExperiment(experiment.name, experiment.tags ?? []))
  const done = known ? await markedRuns(transfer, target) : new Set<string>()
  const pair = { there: experiment.experiment_id, here: target }
  await fillExperiment(transfer, pair, done)
  const isDeletedHere = known?.lifecycle_stage === 'deleted'
  if (experiment.lifecycle_stage === 'deleted' && !isDeletedHere) {
    await tracking.deleteExperiment(target)
  }
  return target
}

async function fillExperiment(
  transfer: Transfer,
  { there, here }: { readonly there: string; readonly here: string },
  done: ReadonlySet<string>,
): Promise<void> {
  const { source, tally, places, onProgress } = transfer
  for await (const models of source.loggedModels(there)) {
    await inTurn(models, 100, (some) => importModels(transfer, here, some))
  }
  for await (const runs of source.runs(there)) {
    for (const run of runs) {
      countRun(tally, run)
      places.set(run.info.artifact_uri, `mlflow-artifacts:/${here}/${run.info.run_id}/artifacts`)
    }
    const open = runs.filter((run) => !done.has(run.info.run_id))
    await inTurn(open, 500, (some) => importRuns(transfer, here, some))
    onProgress()
  }
  for await (const models of source.loggedModels(there)) {
    for (const model of models) await fillModel(transfer, here, model)
  }
}

async function markedRuns(
  { millrace, source }: Transfer,
  experiment: string,
): Promise<Set<string>> {
  const marked = new Set<string>()
  const filter = `tags.\`${markTag}\` = '${source.name.replaceAll("'", "''")}'`
  const search = { experiment_ids: [experiment], filter, run_view_type: 'ALL' as const }
  for await (const page of millrace.tracking.searchRuns(search)) {
    for (const { info } of page) marked.add(info.run_id)
  }
  return marked
}

function countRun(tally: Tally, { data }: SourceRun): void {
  tally.add('runs', 1)
  tally.add('params', data.params?.length ?? 0)
  tally.add('metrics', data.metrics?.length ?? 0)
}

async function importRuns(
  transfer: Transfer,
  experiment_id: string,
  runs: readonly SourceRun[],
): Promise<void> {
  const { tracking } = transfer.millrace
  const answer = await tracking.importItems({
    runs: runs.map(({ info }) => ({
      run_id: info.run_id,
      experiment_id,
      run_name: info.run_name || info.run_id,
      user_id: info.user_id ?? '',
      status: info.status,
      start_time: info.start_time,
      ...(info.end_time ? { end_time: info.end_time } : {}),
    })),
  })
  const turns = runs.map((run, index) => ({ run, item: answer.runs[index] })).values()
  const worker = async (): Promise<void> => {
    for (const { run, item } of turns) {
      if (item) await fillRun(transfer, run, item)
      transfer.onProgress()
    }
  }
  await Promise.all(Array.from({ length: runsAtOnce }, worker))
}

async function fillRun(transfer: Transfer, run: SourceRun, item: ImportedItem): Promise<void> {
  const { millrace, source } = transfer
  const { tracking } = millrace
  const { run_id, artifact_uri } = run.info
  const { metrics = [], params = [], tags = [] } = run.data
  await inTurn(params, 100, (some) => tracking.logBatch(run_id, { params: some }))
  await inTurn(tags, 100, (some) => tracking.logBatch(run_id, { tags: some }))
  for (const { key } of metrics) await copyHistory(transfer, run_id, key)
  const { dataset_inputs = [] } = run.inputs ?? {}
  if (dataset_inputs.length > 0) await tracking.logInputs(run_id, dataset_inputs)
  const { model_outputs = [] } = run.outputs ?? {}
  if (model_outputs.length > 0) await tracking.logOutputs(run_id, model_outputs)
  await copyFiles(transfer, artifact_uri, item.artifact_uri)
  const mark: KeyValue = { key: markTag, value: source.name }
  await tracking.logBatch(run_id, { tags: [mark] })
  if (run.info.lifecycle_stage === 'deleted') await tracking.deleteRun(run_id)
}

async function copyHistory(transfer: Transfer, runId: string, key: string): Promise<void> {
  const { millrace, source, tally } = transfer
  for await (const points of source.history(runId, key)) {
    await inTurn(points, 1_000, async (some) => {
      await millrace.tracking.logBatch(runId, { metrics: some.map((point) => toPoint(point)) })
      tally.add('metric points', some.length)
    })
  }
}

function toPoint({ key, value, timestamp, step }: SourceMetric): MetricPoint {
  return { key, value, timestamp, step }
}

async function importModels(
  { millrace, tally }: Transfer,
  experiment_id: string,
  models: readonly SourceLoggedModel[],
): Promise<void> {
  await millrace.tracking.importItems({
    logged_models: models.map(({ info, data }) => ({
      model_id: info.model_id,
      experiment_id,
      name: info.name,
      model_type: info.model_type ?? '',
      source_run_id: info.source_run_id ?? '',
      status: info.status,
      creation_timestamp: info.creation_timestamp_ms,
      params: data?.params ?? [],
      tags: info.tags ?? [],
    })),
  })
  tally.add('logged models', models.length)
}

async function fillModel(
  transfer: Transfer,
  experiment: string,
  { info, data }: SourceLoggedModel,
): Promise<void> {
  const { millrace, source, places } = transfer
  const place = `mlflow-artifacts:/${experiment}/models/${info.model_id}/artifacts`
  places.set(info.artifact_uri, place)
  const known = await millrace.tracking.getLoggedModelTags(info.model_id)
  if (known.some(({ key, value }) => key === markTag && value === source.name)) return
  for (const { run_id, ...metric } of data?.metrics ?? []) {
    const point = { ...metric, model_id: info.model_id }
    await millrace.tracking.logBatch(run_id, { metrics: [point] })
  }
  await copyFiles(transfer, info.artifact_uri, place)
  await millrace.tracking.setLoggedModelTags(info.model_id, [{ key: markTag, value: source.name }])
}

async function copyFiles(transfer: Transfer, from: string, to: string): Promise<void> {
  const { millrace, source, tally } = transfer
  const tree = await source.files(from)
  if (!tree) {
    tally.missed(from)
    return
  }
  for await (const path of tree.list()) {
    await millrace.tracking.upload(`${to}/${path}`, await tree.read(path))
    tally.add('artifact files', 1)
  }
}

/** Calls once for each part of at most so many. */
async function inTurn<T>(
  items: readonly T[],
  most: number,
  call: (some: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += most) await call(items.slice(from, from + most))
}
