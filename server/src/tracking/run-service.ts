import {
  edgeScript,
  eventScript,
  newHexId,
  query,
  readScript,
  type Ctx,
  type Script,
} from '../core/index.ts'
import { joinUri } from './artifact-uri.ts'
import { trackingErrors } from './errors.ts'
import './events.ts'
import { runWithKeys, type Keys } from './keys.ts'
import { randomRunName } from './run-names.ts'
import { loadRun } from './run-reads.ts'
import {
  deleteTagRow,
  dropSnapshot,
  findRunKey,
  findRunRow,
  insertRun,
  setRunStage,
  toRunInfo,
  updateRunRow,
  upsertTag,
  type RunKey,
  type RunRow,
} from './run-store.ts'
import { insertSnapshots } from './snapshot-store.ts'
import { LifecycleStage, RunStatus, type KeyValue, type Run, type RunInfo } from './types.ts'
import { checkLength, checkRunId, checkTag, limits, parseExperimentId } from './validation.ts'

const runNameTag = 'mlflow.runName'

export interface CreateRunInput {
  readonly experimentId: string
  readonly name?: string | undefined
  readonly userId?: string | undefined
  /** Epoch milliseconds; now when absent. */
  readonly startedAt?: number | undefined
  readonly tags?: readonly KeyValue[] | undefined
}

/** Starts a run. When a running task makes it, the attempt is linked to it. */
export async function createRun(ctx: Ctx, input: CreateRunInput): Promise<Run> {
  const experiment = parseExperimentId(input.experimentId)
  const tags = (input.tags ?? []).map((tag, index) => checkTag(tag, `tags[${index}].`))
  const name = chooseName(input.name, tags)
  const allTags = [
    ...tags.filter((tag) => tag.key !== runNameTag),
    { key: runNameTag, value: name },
  ]
  const info = await runWithKeys(ctx, function* create(keys) {
    const location = yield* activeLocation(experiment, input.experimentId)
    const runId = newHexId()
    const run = yield* insertRun({
      runId,
      experimentId: String(experiment),
      name,
      userId: input.userId ?? '',
      status: RunStatus.Running,
      startedAt: input.startedAt ?? ctx.now().getTime(),
      endedAt: undefined,
      lifecycleStage: LifecycleStage.Active,
      artifactUri: joinUri(location, `${runId}/artifacts`),
    })
    for (const tag of allTags) yield* upsertTag(keys, run, tag)
    yield* recordCreation(ctx, run)
    return toRunInfo(run)
  })
  ctx.events.wake()
  return { ...emptyRun, info, tags: allTags }
}

const emptyRun = {
  metrics: [],
  params: [],
  datasetInputs: [],
  modelInputs: [],
  modelOutputs: [],
} as const

function* recordCreation(ctx: Ctx, run: RunRow): Script<void> {
  const { attemptId } = ctx.principal
  if (attemptId !== undefined) {
    yield* edgeScript(ctx, {
      kind: 'LOGGED',
      from: `attempt:${attemptId}`,
      to: `run:${run.run_id}`,
    })
  }
  yield* eventScript(ctx, {
    type: 'tracking.run_created',
    subject: `run:${run.run_id}`,
    payload: { run_id: run.run_id, experiment_id: String(run.experiment) },
  })
}

function chooseName(name: string | undefined, tags: readonly KeyValue[]): string {
  const tagged = tags.findLast((tag) => tag.key === runNameTag)?.value
  if (name && tagged && name !== tagged) {
    throw trackingErrors.TRACKING_INVALID(
      `Both 'run_name' argument and '${runNameTag}' tag are specified, but with different values (run_name='${name}', ${runNameTag}='${tagged}').`,
    )
  }
  return name || tagged || randomRunName()
}

function* activeLocation(experiment: number, asked: string): Script<string> {
  const [row] = yield* query<{ artifact_location: string; lifecycle_stage: LifecycleStage }>(
    'select artifact_location, lifecycle_stage from tracking_experiment where id = ?',
    experiment,
  )
  if (!row) throw trackingErrors.TRACKING_EXPERIMENT_NOT_FOUND(asked)
  if (row.lifecycle_stage === LifecycleStage.Active) return row.artifact_location
  throw trackingErrors.TRACKING_EXPERIMENT_NOT_ACTIVE(asked, row.lifecycle_stage)
}

export async function getRun(ctx: Ctx, runId: string): Promise<Run> {
  checkRunId(runId)
  const run = await readScript(ctx, loadRun(ctx.database.dialect, runId))
  if (!run) throw trackingErrors.TRACKING_RUN_NOT_FOUND(runId)
  return run
}

export interface UpdateRunInput {
  readonly runId: string
  readonly status?: RunStatus | undefined
  readonly endedAt?: number | undefined
  readonly name?: string | undefined
}

export async function updateRun(ctx: Ctx, input: UpdateRunInput): Promise<RunInfo> {
  const { runId, status, endedAt } = input
  const name = input.name || undefined
  let finished = false
  const info = await runWithKeys(ctx, function* update(keys) {
    const run = yield* getActiveRun(runId)
    const updated = yield* updateRunRow(run, { status, endedAt, name })
    if (name !== undefined) yield* upsertTag(keys, run, { key: runNameTag, value: name })
    finished = status !== undefined && status !== run.status && isTerminal(status)
    if (finished && status) {
      yield* eventScript(ctx, {
        type: 'tracking.run_finished',
        subject: `run:${runId}`,
        payload: { run_id: runId, status },
      })
      yield* insertSnapshots(ctx.database.dialect, [run.id])
    }
    return toRunInfo(updated)
  })
  if (finished) ctx.events.wake()
  return info
}

function isTerminal(status: RunStatus): boolean {
  return status !== RunStatus.Running && status !== RunStatus.Scheduled
}

export async function deleteRun(ctx: Ctx, runId: string): Promise<void> {
  await changeStage(ctx, runId, LifecycleStage.Deleted)
}

export async function restoreRun(ctx: Ctx, runId: string): Promise<void> {
  await changeStage(ctx, runId, LifecycleStage.Active)
}

async function changeStage(ctx: Ctx, runId: string, stage: LifecycleStage): Promise<void> {
  await runWithKeys(ctx, function* change() {
    const run = yield* getRunRow(runId)
    if (run.lifecycle_stage === stage) {
      throw trackingErrors.TRACKING_RUN_NOT_ACTIVE(runId, run.lifecycle_stage)
    }
    yield* setRunStage(run.id, stage, ctx.now().getTime())
  })
}

export interface SetRunTagInput {
  readonly runId: string
  readonly key: string
  readonly value: string
}

/** Sets a tag; `mlflow.runName` renames the run as well. */
export async function setRunTag(ctx: Ctx, input: SetRunTagInput): Promise<void> {
  const tag = checkTag({ key: input.key, value: input.value })
  await runWithKeys(ctx, function* set(keys) {
    yield* writeTag(keys, yield* getActiveRun(input.runId), tag)
  })
}

export function* writeTag(keys: Keys, run: RunRow, tag: KeyValue): Script<void> {
  if (tag.key === runNameTag) {
    checkLength(runNameTag, tag.value, limits.tagValue)
    yield* updateRunRow(run, { name: tag.value })
  }
  yield* upsertTag(keys, run, tag)
}

export async function deleteRunTag(
  ctx: Ctx,
  input: { readonly runId: string; readonly key: string },
): Promise<void> {
  await runWithKeys(ctx, function* remove() {
    const run = yield* getActiveRun(input.runId)
    const gone = yield* deleteTagRow(run, input.key)
    if (!gone) throw trackingErrors.TRACKING_TAG_NOT_FOUND(input.key, input.runId)
  })
}

export function* getRunRow(runId: string): Script<RunRow> {
  checkRunId(runId)
  const run = yield* findRunRow(runId)
  if (!run) throw trackingErrors.TRACKING_RUN_NOT_FOUND(runId)
  return run
}

/** `getActiveRun` where no more is asked than what metrics are written with. */
export function* getRunKey(runId: string): Script<RunKey> {
  checkRunId(runId)
  const run = yield* findRunKey(runId)
  if (!run) throw trackingErrors.TRACKING_RUN_NOT_FOUND(runId)
  if (run.lifecycle_stage !== LifecycleStage.Active) {
    throw trackingErrors.TRACKING_RUN_NOT_ACTIVE(runId, run.lifecycle_stage)
  }
  if (run.has_snapshot) yield* dropSnapshot(run.id)
  return run
}

/** The run to log to; a deleted one takes nothing. */
export function* getActiveRun(runId: string): Script<RunRow> {
  const run = yield* getRunRow(runId)
  if (run.lifecycle_stage === LifecycleStage.Active) {
    yield* dropSnapshot(run.id)
    return run
  }
  throw trackingErrors.TRACKING_RUN_NOT_ACTIVE(runId, run.lifecycle_stage)
}
