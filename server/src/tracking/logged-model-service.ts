import { inTransaction, newHexId, recordEdge, type Ctx } from '../core/index.ts'
import { joinUri } from './artifact-uri.ts'
import { trackingErrors } from './errors.ts'
import { findExperiment } from './experiment-store.ts'
import { loadLoggedModels } from './logged-model-reads.ts'
import {
  deleteModelTag,
  findLoggedModelRow,
  insertLoggedModel,
  insertModelParams,
  updateLoggedModel,
  upsertModelTags,
  type LoggedModelRow,
} from './logged-model-store.ts'
import { randomRunName } from './run-names.ts'
import { LifecycleStage, LoggedModelStatus, type KeyValue, type LoggedModel } from './types.ts'
import { checkParam, checkTag, parseExperimentId } from './validation.ts'

export interface CreateLoggedModelInput {
  readonly experimentId: string
  /** A generated one when absent or empty. */
  readonly name?: string | undefined
  readonly modelType?: string | undefined
  readonly sourceRunId?: string | undefined
  readonly params?: readonly KeyValue[] | undefined
  readonly tags?: readonly KeyValue[] | undefined
}

/** Makes room for a model; it is pending until its files are there (`finishLoggedModel`). */
export async function createLoggedModel(
  ctx: Ctx,
  input: CreateLoggedModelInput,
): Promise<LoggedModel> {
  const name = input.name || randomRunName()
  checkModelName(name)
  const params = (input.params ?? []).map((param) => checkParam(param))
  const tags = (input.tags ?? []).map((tag) => checkTag(tag))
  return inTransaction(ctx, async (tx) => {
    const experiment = await findExperiment(tx.db, parseExperimentId(input.experimentId))
    if (!experiment) throw trackingErrors.TRACKING_EXPERIMENT_NOT_FOUND(input.experimentId)
    if (experiment.lifecycleStage !== LifecycleStage.Active) {
      throw trackingErrors.TRACKING_EXPERIMENT_NOT_ACTIVE(
        input.experimentId,
        experiment.lifecycleStage,
      )
    }
    const modelId = `m-${newHexId()}`
    const id = await insertLoggedModel(tx.db, {
      modelId,
      experimentId: experiment.experimentId,
      name,
      artifactUri: joinUri(experiment.artifactLocation, `models/${modelId}/artifacts`),
      status: LoggedModelStatus.Pending,
      modelType: input.modelType ?? '',
      sourceRunId: input.sourceRunId ?? '',
      createdAt: tx.now().getTime(),
    })
    await insertModelParams(tx.db, id, params)
    await upsertModelTags(tx.db, id, tags)
    if (input.sourceRunId) {
      await recordEdge(tx, {
        kind: 'TRAINED',
        from: `run:${input.sourceRunId}`,
        to: `logged-model:${modelId}`,
      })
    }
    return getLoggedModel(tx, modelId)
  })
}

export async function getLoggedModel(ctx: Ctx, modelId: string): Promise<LoggedModel> {
  const [model] = await loadLoggedModels(ctx.db, [await getRow(ctx, modelId)])
  if (!model) throw trackingErrors.TRACKING_MODEL_NOT_FOUND(modelId)
  return model
}

/** Says that the model's files are there, or that they will not come. */
export async function finishLoggedModel(
  ctx: Ctx,
  input: { readonly modelId: string; readonly status: LoggedModelStatus },
): Promise<LoggedModel> {
  return change(ctx, input.modelId, async (tx, row) => {
    const updatedAt = tx.now().getTime()
    await updateLoggedModel(tx.db, row.id, { status: input.status, updatedAt })
  })
}

export async function deleteLoggedModel(ctx: Ctx, modelId: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const row = await getRow(tx, modelId)
    const updatedAt = tx.now().getTime()
    await updateLoggedModel(tx.db, row.id, { stage: LifecycleStage.Deleted, updatedAt })
  })
}

export async function setLoggedModelTags(
  ctx: Ctx,
  input: { readonly modelId: string; readonly tags: readonly KeyValue[] },
): Promise<LoggedModel> {
  const tags = input.tags.map((tag) => checkTag(tag))
  return change(ctx, input.modelId, (tx, row) => upsertModelTags(tx.db, row.id, tags))
}

export async function deleteLoggedModelTag(
  ctx: Ctx,
  input: { readonly modelId: string; readonly key: string },
): Promise<LoggedModel> {
  return change(ctx, input.modelId, async (tx, row) => {
    const gone = await deleteModelTag(tx.db, row.id, input.key)
    if (!gone) throw trackingErrors.TRACKING_MODEL_TAG_NOT_FOUND(input.key, input.modelId)
  })
}

export async function logModelParams(
  ctx: Ctx,
  input: { readonly modelId: string; readonly params: readonly KeyValue[] },
): Promise<void> {
  const params = input.params.map((param) => checkParam(param))
  await change(ctx, input.modelId, (tx, row) => insertModelParams(tx.db, row.id, params))
}

async function change(
  ctx: Ctx,
  modelId: string,
  work: (tx: Ctx, row: LoggedModelRow) => Promise<void>,
): Promise<LoggedModel> {
  return inTransaction(ctx, async (tx) => {
    await work(tx, await getRow(tx, modelId))
    return getLoggedModel(tx, modelId)
  })
}

async function getRow(ctx: Ctx, modelId: string): Promise<LoggedModelRow> {
  const row = await findLoggedModelRow(ctx.db, modelId)
  if (!row) throw trackingErrors.TRACKING_MODEL_NOT_FOUND(modelId)
  return row
}

const badNameCharacters = ['/', ':', '.', '%', '"', "'"]

function checkModelName(name: string): void {
  if (!badNameCharacters.some((character) => name.includes(character))) return
  throw trackingErrors.TRACKING_INVALID(
    `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
  )
}
