/**
 * Runs and logged models of another server, under the ids that they have there: models, links and
 * scripts name them by those. What is here already stays as it is, so an import can be begun again.
 */
import { inTransaction, query, type Ctx, type Script } from '../core/index.ts'
import { joinUri } from './artifact-uri.ts'
import { trackingErrors } from './errors.ts'
import { findExperiment } from './experiment-store.ts'
import { runWithKeys } from './keys.ts'
import {
  findLoggedModelRow,
  insertLoggedModel,
  insertModelParams,
  upsertModelTags,
} from './logged-model-store.ts'
import { findRunRow, insertRun, upsertTag } from './run-store.ts'
import { LifecycleStage, type KeyValue, type LoggedModelStatus, type RunStatus } from './types.ts'
import { checkParam, checkRunId, checkTag, parseExperimentId } from './validation.ts'

export interface ImportedRun {
  readonly runId: string
  /** The experiment here. */
  readonly experimentId: string
  readonly name: string
  readonly userId: string
  readonly status: RunStatus
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt?: number | undefined
}

export interface Imported {
  readonly id: string
  readonly artifactUri: string
  /** False when it was here already. */
  readonly isNew: boolean
}

/** Makes runs, active and with their name only; what was logged to them is logged afterwards. */
export async function importRuns(ctx: Ctx, runs: readonly ImportedRun[]): Promise<Imported[]> {
  for (const run of runs) checkRunId(run.runId)
  return runWithKeys(ctx, function* write(keys) {
    const imported: Imported[] = []
    for (const run of runs) {
      const known = yield* findRunRow(run.runId)
      if (known) {
        imported.push({ id: run.runId, artifactUri: known.artifact_uri, isNew: false })
        continue
      }
      const location = yield* locationOf(run.experimentId)
      const artifactUri = joinUri(location, `${run.runId}/artifacts`)
      const { endedAt } = run
      const stage = { lifecycleStage: LifecycleStage.Active, artifactUri, endedAt }
      const row = yield* insertRun({ ...run, ...stage })
      yield* upsertTag(keys, row, checkTag({ key: 'mlflow.runName', value: run.name }))
      imported.push({ id: run.runId, artifactUri, isNew: true })
    }
    return imported
  })
}

function* locationOf(experimentId: string): Script<string> {
  const [row] = yield* query<{ artifact_location: string }>(
    'select artifact_location from tracking_experiment where id = ?',
    parseExperimentId(experimentId),
  )
  if (!row) throw trackingErrors.TRACKING_EXPERIMENT_NOT_FOUND(experimentId)
  return row.artifact_location
}

export interface ImportedLoggedModel {
  readonly modelId: string
  readonly experimentId: string
  readonly name: string
  readonly modelType: string
  readonly sourceRunId: string
  readonly status: LoggedModelStatus
  readonly createdAt: number
  readonly params: readonly KeyValue[]
  readonly tags: readonly KeyValue[]
}

export async function importLoggedModels(
  ctx: Ctx,
  models: readonly ImportedLoggedModel[],
): Promise<Imported[]> {
  return inTransaction(ctx, async (tx) => {
    const imported: Imported[] = []
    for (const model of models) imported.push(await importLoggedModel(tx, model))
    return imported
  })
}

async function importLoggedModel(tx: Ctx, model: ImportedLoggedModel): Promise<Imported> {
  const { modelId } = model
  if (!/^m-[\w-]{1,254}$/.test(modelId)) {
    throw trackingErrors.TRACKING_INVALID(
      `'${modelId}' is no id of a logged model. Expected m- and letters, digits, _ or -`,
    )
  }
  const known = await findLoggedModelRow(tx.db, modelId)
  if (known) return { id: modelId, artifactUri: known.artifact_uri, isNew: false }
  const experiment = await findExperiment(tx.db, parseExperimentId(model.experimentId))
  if (!experiment) throw trackingErrors.TRACKING_EXPERIMENT_NOT_FOUND(model.experimentId)
  const artifactUri = joinUri(experiment.artifactLocation, `models/${modelId}/artifacts`)
  const { params, tags, ...own } = model
  const id = await insertLoggedModel(tx.db, { ...own, artifactUri })
  await insertModelParams(
    tx.db,
    id,
    params.map((param) => checkParam(param)),
  )
  await upsertModelTags(
    tx.db,
    id,
    tags.map((tag) => checkTag(tag)),
  )
  return { id: modelId, artifactUri, isNew: true }
}
