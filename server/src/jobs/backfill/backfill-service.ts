import { AppError, inTransaction, newIntId, type Ctx } from '../../core/index.ts'
import { jobsErrors } from '../errors.ts'
import { getJob } from '../job-service.ts'
import type { Job } from '../job-store.ts'
import { resolveReferences } from '../references.ts'
import { previewRepair } from '../repair-service.ts'
import { runScope } from '../run-parameters.ts'
import { parametersOf } from '../run-service.ts'
import { requestCancel } from '../run-store.ts'
import { listTriggersOfJob } from '../trigger-store.ts'
import { TriggerType } from '../types.ts'
import { announce, fillBackfill, giveUp } from './advance.ts'
import {
  findBackfill,
  findBackfillByToken,
  findRunsByLogicalTime,
  listActiveRunIdsOf,
} from './backfill-reads.ts'
import { insertBackfill } from './backfill-store.ts'
import { cadenceOf, checkTimes, timesOf, type Cadence, type TimeRange } from './cadence.ts'
import { decideInterval, foreseeTasks, type Decided, type TaskForesight } from './foresee.ts'
import {
  BackfillState,
  IntervalState,
  type Backfill,
  type BackfillSpec,
  type Interval,
  type Reprocess,
} from './types.ts'

export interface BackfillInput {
  readonly jobId: number
  readonly range?: TimeRange | undefined
  readonly times?: readonly number[] | undefined
  readonly cadence?: Cadence | undefined
  readonly parameters?: Readonly<Record<string, string>> | undefined
  readonly only?: readonly string[] | undefined
  readonly reprocess?: Reprocess | undefined
  readonly failedOnly?: boolean | undefined
  /** @default 1 */
  readonly maxParallel?: number | undefined
  readonly backwards?: boolean | undefined
}

export interface PlannedInterval extends Decided {
  readonly position: number
  readonly logicalAt: number
}

export interface PlannedBackfill {
  readonly job: Job
  readonly spec: BackfillSpec
  readonly maxParallel: number
  readonly intervals: readonly PlannedInterval[]
}

/** What the backfill would do with each logical time, in the order in which they would run. */
export async function planBackfill(ctx: Ctx, input: BackfillInput): Promise<PlannedBackfill> {
  const job = await getJob(ctx, input.jobId)
  const spec = specOf(job, input)
  const times = input.times ? checkTimes(input.times) : await timesOfJob(ctx, job, spec)
  const [first] = times
  if (first === undefined) {
    throw jobsErrors.JOBS_BACKFILL_INVALID('The job does not fire in this range')
  }
  foreseeTasks(job.settings, spec.only)
  parametersAt(ctx, { job, spec }, first)
  const last = times.at(-1) ?? first
  const found = await findRunsByLogicalTime(ctx.db, job.jobId, { first, last })
  const now = ctx.now().getTime()
  if (spec.backwards) times.reverse()
  const intervals = times.map((logicalAt, position) => ({
    position,
    logicalAt,
    ...decideInterval(spec, { logicalAt, now }, found.get(logicalAt)),
  }))
  return { job, spec, maxParallel: input.maxParallel ?? 1, intervals }
}

function specOf(job: Job, input: BackfillInput): BackfillSpec {
  const { range, times, reprocess, failedOnly = false } = input
  if ((range === undefined) === (times === undefined)) {
    throw jobsErrors.JOBS_BACKFILL_INVALID('Give either from_ms and to_ms, or times_ms')
  }
  if (failedOnly && reprocess !== undefined && reprocess !== 'failed') {
    throw jobsErrors.JOBS_BACKFILL_INVALID(
      `failed_only repairs failed runs; reprocess '${reprocess}' says otherwise`,
    )
  }
  return {
    range,
    cadence: range ? cadenceOf(job, input.cadence) : undefined,
    parameters: input.parameters ?? {},
    only: input.only,
    reprocess: failedOnly ? 'failed' : (reprocess ?? 'none'),
    failedOnly,
    backwards: input.backwards ?? false,
  }
}

async function timesOfJob(ctx: Ctx, job: Job, { range, cadence }: BackfillSpec): Promise<number[]> {
  if (!range || !cadence) return []
  if (cadence !== job.settings.trigger?.periodic) return timesOf(cadence, range)
  // So that its own runs are found at the same times.
  const own = await listTriggersOfJob(ctx.db, job.jobId)
  return timesOf(cadence, range, own.find(({ kind }) => kind === 'periodic')?.nextAt)
}

/** Every parameter of the run for a logical time, as far as it can be told beforehand. */
export function parametersAt(
  ctx: Ctx,
  { job, spec }: Pick<PlannedBackfill, 'job' | 'spec'>,
  logicalAt: number,
): Record<string, string> {
  const values = parametersOf(job.settings, { job_parameters: spec.parameters })
  const scope = runScope(
    {
      jobId: job.jobId,
      name: job.settings.name ?? 'Untitled',
      runId: 0,
      repairCount: 0,
      startedAt: undefined,
      createdAt: ctx.now(),
      trigger: TriggerType.Backfill,
      triggerInfo: {},
      logicalAt: new Date(logicalAt),
      backfillId: 0,
    },
    ctx.url,
  )
  const task = { name: '', runId: 0, executionCount: 1 }
  const known = ([first = '', second = '']: readonly string[]): boolean =>
    first === 'backfill' || (first === 'job' && ['id', 'name', 'trigger'].includes(second))
  return resolveReferences(values, { ...scope, task, input: undefined }, known)
}

/** What becomes of each task of an interval, and why. */
export async function foreseeInterval(
  ctx: Ctx,
  { job, spec }: Pick<PlannedBackfill, 'job' | 'spec'>,
  interval: Decided,
): Promise<TaskForesight[]> {
  const { action, reason, runId } = interval
  const tasks = job.settings.tasks ?? []
  if (action === 'skip') {
    return tasks.map(({ task_key: taskKey }) => ({ taskKey, action: 'skip', reason }))
  }
  if (action === 'run' || runId === undefined) return foreseeTasks(job.settings, spec.only)
  return foreseeRepaired(ctx, spec, runId)
}

async function foreseeRepaired(
  ctx: Ctx,
  spec: BackfillSpec,
  runId: number,
): Promise<TaskForesight[]> {
  try {
    const wish = { runId, allFailed: true }
    const { steps } = await previewRepair(ctx, wish, spec.only ? { only: spec.only } : {})
    return steps.flatMap(({ taskKey, action, reason }) =>
      action === 'gone' ? [] : [{ taskKey, action: action === 'run' ? 'run' : 'skip', reason }],
    )
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return []
  }
}

/** Starts a backfill; the same token again answers the same one. */
export async function createBackfill(
  ctx: Ctx,
  input: BackfillInput,
  idempotencyToken: string | undefined,
): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    if (idempotencyToken !== undefined) {
      const before = await findBackfillByToken(tx.db, idempotencyToken)
      if (before !== undefined) return before
    }
    const { job, spec, maxParallel, intervals } = await planBackfill(tx, input)
    const createdAt = tx.now()
    const backfill = {
      ...spec,
      backfillId: newIntId(createdAt.getTime()),
      jobId: job.jobId,
      jobName: job.settings.name ?? 'Untitled',
      creator: tx.principal.name,
      maxParallel,
      state: BackfillState.Running,
      createdAt,
      idempotencyToken,
    }
    await insertBackfill(tx.db, backfill, intervals.map(toInterval))
    await announce(tx, backfill, backfill.state)
    await fillBackfill(tx, backfill.backfillId)
    return backfill.backfillId
  })
}

function toInterval(planned: PlannedInterval): Interval {
  const state = planned.action === 'skip' ? IntervalState.Skipped : IntervalState.Waiting
  return {
    ...planned,
    // A run anew has no run yet; a repair and a skip are about the one that is there.
    runId: planned.action === 'run' ? undefined : planned.runId,
    state,
    startedAt: undefined,
    endedAt: undefined,
  }
}

export async function getBackfill(ctx: Ctx, backfillId: number): Promise<Backfill> {
  const backfill = await findBackfill(ctx.db, backfillId)
  if (!backfill) throw jobsErrors.JOBS_BACKFILL_NOT_FOUND(backfillId)
  return backfill
}

/** Cancels the runs that are active; no more begin. What has ended stays as it ended. */
export async function cancelBackfill(ctx: Ctx, backfillId: number): Promise<void> {
  await getBackfill(ctx, backfillId)
  await inTransaction(ctx, (tx) => giveUp(tx, backfillId, 'Canceled by user'))
  // Apart from it: the end of a run takes the rows of run and backfill in the other order.
  await inTransaction(ctx, async (tx) => {
    await requestCancel(tx.db, await listActiveRunIdsOf(tx.db, backfillId), tx.now())
  })
}
