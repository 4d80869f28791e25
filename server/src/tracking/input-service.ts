import { edgeScript, readScript, runScript, type Ctx, type Script } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { insertRunDataset, insertRunModel, listDatasetRows, upsertDataset } from './input-store.ts'
import { numberList } from './number-list.ts'
import { getActiveRun } from './run-service.ts'
import type { DatasetInput } from './types.ts'
import { checkLength, limits, parseExperimentId } from './validation.ts'

export interface LogInputsInput {
  readonly runId: string
  readonly datasets?: readonly DatasetInput[] | undefined
  /** Ids of logged models that the run read. */
  readonly models?: readonly string[] | undefined
}

/** Records what a run read; the same dataset again is the same input. */
export async function logInputs(ctx: Ctx, input: LogInputsInput): Promise<void> {
  const { datasets = [], models = [] } = input
  if (datasets.length > limits.batchAll) {
    throw trackingErrors.TRACKING_INVALID(
      `At most ${limits.batchAll} datasets can be logged at once, got ${datasets.length}`,
    )
  }
  for (const dataset of datasets) checkDataset(dataset)
  await runScript(ctx, function* log(): Script<void> {
    const run = yield* getActiveRun(input.runId)
    for (const entry of datasets) {
      const id = yield* upsertDataset(run.experiment, entry.dataset)
      yield* insertRunDataset(run, id, entry.tags)
    }
    for (const modelId of models) {
      yield* insertRunModel(run, { direction: 'input', modelId, step: 0 })
    }
  })
}

export interface LogOutputsInput {
  readonly runId: string
  readonly models: readonly { readonly modelId: string; readonly step: number }[]
}

/** Records the logged models that a run made. */
export async function logOutputs(ctx: Ctx, input: LogOutputsInput): Promise<void> {
  await runScript(ctx, function* log(): Script<void> {
    const run = yield* getActiveRun(input.runId)
    for (const model of input.models) {
      yield* insertRunModel(run, { direction: 'output', ...model })
      yield* edgeScript(ctx, {
        kind: 'TRAINED',
        from: `run:${run.run_id}`,
        to: `logged-model:${model.modelId}`,
      })
    }
  })
}

export interface DatasetSummary {
  readonly experiment_id: string
  readonly name: string
  readonly digest: string
  readonly context?: string
}

const mostExperiments = 20
const mostDatasets = 1_000

/** Datasets of experiments with the contexts that active runs used them in. */
export async function listDatasets(
  ctx: Ctx,
  experimentIds: readonly string[],
): Promise<DatasetSummary[]> {
  if (experimentIds.length > mostExperiments) {
    throw trackingErrors.TRACKING_INVALID(
      `At most ${mostExperiments} experiments can be asked for at once, got ${experimentIds.length}`,
    )
  }
  const experiments = numberList(ctx.database.dialect, experimentIds.map(parseExperimentId))
  const rows = await readScript(ctx, listDatasetRows(experiments, mostDatasets))
  return rows.map((row) => ({
    experiment_id: String(row.experiment),
    name: row.name,
    digest: row.digest,
    ...(row.context === null ? {} : { context: row.context }),
  }))
}

function checkDataset({ dataset, tags }: DatasetInput): void {
  checkLength('name', dataset.name, limits.datasetName)
  checkLength('digest', dataset.digest, limits.datasetDigest)
  checkLength('source', dataset.source, limits.datasetSource)
  checkLength('schema', dataset.schema ?? '', limits.datasetSchema)
  checkLength('profile', dataset.profile ?? '', limits.datasetProfile)
  for (const tag of tags) {
    checkLength('tags.key', tag.key, limits.inputTagKey)
    checkLength('tags.value', tag.value, limits.inputTagValue)
  }
}
