import { inTransaction, runScript, type Ctx } from '../core/index.ts'
import { grantCreator, ResourceType } from '../auth/index.ts'
import { trackingErrors } from './errors.ts'
import {
  deleteExperimentTag as deleteTagRow,
  findExperiment,
  findExperimentByName,
  insertExperiment,
  updateExperiment as updateRow,
  upsertExperimentTag,
} from './experiment-store.ts'
import { setStageOfRuns } from './run-store.ts'
import { LifecycleStage, type Experiment, type KeyValue } from './types.ts'
import { checkKey, checkLength, limits, parseExperimentId } from './validation.ts'
import { checkArtifactLocation } from './artifact-uri.ts'

export interface CreateExperimentInput {
  readonly name: string
  /** Where artifacts go; `mlflow-artifacts:/<id>` when absent. */
  readonly artifactLocation?: string | undefined
  readonly tags?: readonly KeyValue[] | undefined
}

/** Creates an experiment; its name must be new, also among deleted ones. */
export async function createExperiment(ctx: Ctx, input: CreateExperimentInput): Promise<string> {
  checkName(input.name)
  if (input.artifactLocation !== undefined) checkArtifactLocation(input.artifactLocation)
  for (const tag of input.tags ?? []) checkExperimentTag(tag)
  return inTransaction(ctx, async (tx) => {
    const id = await insertExperiment(tx.db, {
      name: input.name,
      artifactLocation: input.artifactLocation || undefined,
      createdAt: tx.now().getTime(),
    })
    if (id === undefined) throw await nameTaken(tx, input.name)
    for (const tag of input.tags ?? []) await upsertExperimentTag(tx.db, id, tag)
    await grantCreator(tx, { type: ResourceType.Experiment, id: String(id) })
    return String(id)
  })
}

export async function getExperiment(ctx: Ctx, experimentId: string): Promise<Experiment> {
  const experiment = await findExperiment(ctx.db, parseExperimentId(experimentId))
  if (!experiment) throw trackingErrors.TRACKING_EXPERIMENT_NOT_FOUND(experimentId)
  return experiment
}

/** Also finds a deleted one. */
export async function getExperimentByName(ctx: Ctx, name: string): Promise<Experiment> {
  const experiment = await findExperimentByName(ctx.db, name)
  if (!experiment) throw trackingErrors.TRACKING_EXPERIMENT_NAME_NOT_FOUND(name)
  return experiment
}

export async function renameExperiment(
  ctx: Ctx,
  input: { readonly experimentId: string; readonly newName: string },
): Promise<void> {
  checkName(input.newName)
  await inTransaction(ctx, async (tx) => {
    const experiment = await getActive(tx, input.experimentId)
    if (experiment.name === input.newName) return
    const taken = await findExperimentByName(tx.db, input.newName)
    if (taken) throw await nameTaken(tx, input.newName)
    const id = Number(experiment.experimentId)
    await updateRow(tx.db, id, { name: input.newName, updatedAt: tx.now().getTime() })
  })
}

/** Deletes softly, with all its runs; `restoreExperiment` brings them back. */
export async function deleteExperiment(ctx: Ctx, experimentId: string): Promise<void> {
  await changeStage(ctx, experimentId, LifecycleStage.Deleted)
}

export async function restoreExperiment(ctx: Ctx, experimentId: string): Promise<void> {
  await changeStage(ctx, experimentId, LifecycleStage.Active)
}

async function changeStage(ctx: Ctx, experimentId: string, stage: LifecycleStage): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const experiment = await getExperiment(tx, experimentId)
    if (experiment.lifecycleStage === stage) {
      throw trackingErrors.TRACKING_EXPERIMENT_NOT_FOUND(experimentId)
    }
    const id = Number(experiment.experimentId)
    const now = tx.now().getTime()
    await updateRow(tx.db, id, { stage, updatedAt: now })
    await runScript(tx, () => setStageOfRuns({ experiment: id, stage, now }))
  })
}

export async function setExperimentTag(
  ctx: Ctx,
  input: { readonly experimentId: string; readonly tag: KeyValue },
): Promise<void> {
  checkExperimentTag(input.tag)
  await inTransaction(ctx, async (tx) => {
    const experiment = await getActive(tx, input.experimentId)
    await upsertExperimentTag(tx.db, Number(experiment.experimentId), input.tag)
  })
}

export async function deleteExperimentTag(
  ctx: Ctx,
  input: { readonly experimentId: string; readonly key: string },
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const experiment = await getActive(tx, input.experimentId)
    const gone = await deleteTagRow(tx.db, Number(experiment.experimentId), input.key)
    if (!gone) {
      throw trackingErrors.TRACKING_EXPERIMENT_TAG_NOT_FOUND(input.key, input.experimentId)
    }
  })
}

async function getActive(ctx: Ctx, experimentId: string): Promise<Experiment> {
  const experiment = await getExperiment(ctx, experimentId)
  if (experiment.lifecycleStage === LifecycleStage.Active) return experiment
  throw trackingErrors.TRACKING_EXPERIMENT_NOT_ACTIVE(experimentId, experiment.lifecycleStage)
}

async function nameTaken(tx: Ctx, name: string): Promise<Error> {
  const owner = await findExperimentByName(tx.db, name)
  const stage = owner?.lifecycleStage ?? LifecycleStage.Active
  return trackingErrors.TRACKING_EXPERIMENT_EXISTS(name, stage)
}

function checkName(name: string): void {
  if (name.trim() === '')
    throw trackingErrors.TRACKING_INVALID(`Invalid experiment name: '${name}'`)
  checkLength('name', name, limits.experimentName)
}

function checkExperimentTag(tag: KeyValue): void {
  checkKey(tag.key, 'key')
  checkLength('value', tag.value, limits.experimentTagValue)
}
