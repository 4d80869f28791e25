/**
 * Moves backfills on.
 *
 *   WAITING ──(a place is free)──▶ RUNNING ──(its run ended)──▶ SUCCEEDED | FAILED | CANCELED
 *      └──────(cancel, or the job is deleted)──▶ CANCELED                SKIPPED from the start
 *
 * The end of a run, the state of its interval and the start of the next run are one transaction
 * under the lock of the backfill: nothing drives a backfill but the ends of its runs, so there is
 * nothing to lose or to do twice when a server is killed.
 */
import { AppError, appendEvent, type Ctx } from '../../core/index.ts'
import type { End } from '../engine/run-state.ts'
import '../events.ts'
import { listRepairs } from '../run-reads.ts'
import { repairRun } from '../repair-service.ts'
import { runNow } from '../run-service.ts'
import { findRun } from '../run-store.ts'
import { Result, TriggerType, hasEnded, type RunOverrides } from '../types.ts'
import { countIntervals, listIntervals, listRunningBackfillIds } from './backfill-reads.ts'
import {
  cancelWaiting,
  endIntervalOfRun,
  endStateOf,
  lockBackfill,
  updateBackfill,
  updateInterval,
} from './backfill-store.ts'
import { succeeded } from './foresee.ts'
import { BackfillState, IntervalState, type Backfill, type Interval } from './types.ts'

/** Writes how the run of an interval ended, and starts the next. */
export async function backfillRunEnded(
  tx: Ctx,
  of: { readonly backfillId: number; readonly runId: number },
  end: End,
): Promise<void> {
  const backfill = await lockBackfill(tx.db, of.backfillId)
  if (!backfill) return
  const reason = `Run ${of.runId} ended ${end.result}${end.message ? `: ${end.message}` : ''}`
  await endIntervalOfRun(tx.db, of, { state: stateOf(end.result), reason, at: tx.now() })
  await fill(tx, backfill)
}

function stateOf(result: Result): IntervalState {
  if (succeeded(result)) return IntervalState.Succeeded
  return result === Result.Canceled ? IntervalState.Canceled : IntervalState.Failed
}

/** Starts as many intervals as there are places; ends the backfill when none is left. */
export async function fillBackfill(tx: Ctx, backfillId: number): Promise<void> {
  const backfill = await lockBackfill(tx.db, backfillId)
  if (backfill) await fill(tx, backfill)
}

async function fill(tx: Ctx, backfill: Backfill): Promise<void> {
  const { backfillId, maxParallel } = backfill
  for (;;) {
    const counts = (await countIntervals(tx.db, [backfillId])).get(backfillId)
    if (!counts) return
    if (counts.RUNNING + counts.WAITING === 0) {
      const canceled = backfill.cancelRequestedAt !== undefined
      await end(tx, backfill, endStateOf(counts, canceled))
      return
    }
    const free = Math.min(maxParallel - counts.RUNNING, counts.WAITING)
    if (free <= 0) return
    const next = await listIntervals(tx.db, {
      backfillId,
      state: IntervalState.Waiting,
      limit: free,
    })
    for (const interval of next) await begin(tx, backfill, interval)
  }
}

async function end(tx: Ctx, backfill: Backfill, state: BackfillState): Promise<void> {
  if (backfill.state === state) return
  const { backfillId, endedAt = tx.now() } = backfill
  await updateBackfill(tx.db, backfillId, { state, ended_at: endedAt.getTime() })
  await announce(tx, backfill, state)
}

export async function announce(
  tx: Ctx,
  { jobId, backfillId }: Pick<Backfill, 'jobId' | 'backfillId'>,
  state: BackfillState,
): Promise<void> {
  await appendEvent(tx, {
    type: 'jobs.backfill_changed',
    subject: `backfill:${backfillId}`,
    payload: { job_id: jobId, backfill_id: backfillId, state },
  })
}

async function begin(tx: Ctx, backfill: Backfill, interval: Interval): Promise<void> {
  const of = { backfillId: backfill.backfillId, position: interval.position }
  const now = tx.now().getTime()
  try {
    const started = await start(tx, backfill, interval)
    await updateInterval(
      tx.db,
      of,
      'runId' in started
        ? { state: IntervalState.Running, run_id: started.runId, started_at: now }
        : { state: IntervalState.Skipped, reason: started.skipped, ended_at: now },
    )
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const reason = `Could not be started: ${error.message}`
    await updateInterval(tx.db, of, { state: IntervalState.Failed, reason, ended_at: now })
  }
}

type Started = { readonly runId: number } | { readonly skipped: string }

async function start(tx: Ctx, backfill: Backfill, interval: Interval): Promise<Started> {
  const { backfillId, jobId, creator, parameters, only } = backfill
  const principal = { name: creator, kind: 'user', isOwner: false } as const
  const acting = { ...tx, principal }
  const overrides: RunOverrides = {
    ...(Object.keys(parameters).length > 0 ? { job_parameters: parameters } : {}),
    ...(only ? { only } : {}),
  }
  if (interval.action === 'repair' && interval.runId !== undefined) {
    return repair(acting, { backfillId, runId: interval.runId, overrides })
  }
  return runNow(acting, {
    jobId,
    overrides,
    trigger: TriggerType.Backfill,
    triggerInfo: { scheduled_at: interval.logicalAt },
    logicalAt: new Date(interval.logicalAt),
    backfillId,
  })
}

/** The run may have been repaired by somebody else since the backfill was asked for. */
async function repair(
  tx: Ctx,
  asked: {
    readonly backfillId: number
    readonly runId: number
    readonly overrides: RunOverrides
  },
): Promise<Started> {
  const { runId } = asked
  const run = await findRun(tx.db, runId)
  if (run && !hasEnded(run.lifeCycle)) return { skipped: `Run ${runId} is ${run.lifeCycle}` }
  if (run && succeeded(run.result)) return { skipped: `Run ${runId} has ended ${run.result}` }
  const latest = (await listRepairs(tx.db, runId)).findLast(({ index }) => index > 0)
  await repairRun(tx, { ...asked, latestRepairId: latest?.repairId, allFailed: true })
  return { runId }
}

/** A job that is deleted takes its backfills with it. */
export async function abandonBackfills(tx: Ctx, jobId: number): Promise<void> {
  for (const backfillId of await listRunningBackfillIds(tx.db, jobId)) {
    await giveUp(tx, backfillId, 'The job was deleted')
  }
}

/** Lets nothing more begin; what runs already has to be cancelled as well. */
export async function giveUp(tx: Ctx, backfillId: number, reason: string): Promise<void> {
  const backfill = await lockBackfill(tx.db, backfillId)
  if (backfill?.state !== BackfillState.Running) return
  const at = backfill.cancelRequestedAt ?? tx.now()
  await updateBackfill(tx.db, backfillId, { cancel_requested_at: at.getTime() })
  await cancelWaiting(tx.db, backfillId, { reason, at: tx.now() })
  await fill(tx, { ...backfill, cancelRequestedAt: at })
}
