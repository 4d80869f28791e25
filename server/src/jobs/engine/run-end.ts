import { appendEvent, type Ctx } from '../../core/index.ts'
import { backfillRunEnded } from '../backfill/advance.ts'
import { findJob, lockJob } from '../job-store.ts'
import { endRepair } from '../repair-store.ts'
import { countRunning, listActiveRunIds, updateRun } from '../run-store.ts'
import { deliverEnd, listWaiting } from '../task-run-store.ts'
import { childKey, endByChild } from '../tasks/run-job-task.ts'
import { continueJob } from '../trigger-service.ts'
import { LifeCycle, type JobRun } from '../types.ts'
import type { End } from './run-state.ts'

/** What the end of a run, which is written, means to others: a repair, the attempt that started it, runs in the queue. */
export async function onRunEnded(tx: Ctx, run: JobRun, end: End): Promise<void> {
  if (run.repairCount > 0) {
    const repair = { runId: run.runId, index: run.repairCount }
    await endRepair(tx.db, repair, { end, at: tx.now() })
  }
  if (run.parentTaskRunId !== undefined) await deliverToParent(tx, run, end)
  if (run.jobId === undefined) return
  if (run.backfillId !== undefined) {
    // Its runs count for the backfill, not for the job's concurrent runs.
    await backfillRunEnded(tx, { backfillId: run.backfillId, runId: run.runId }, end)
    return
  }
  await promoteQueued(tx, run.jobId)
  await continueJob(tx, run.jobId, end.result)
}

async function deliverToParent(tx: Ctx, run: JobRun, end: End): Promise<void> {
  const ended = endByChild({ ...end, runId: run.runId })
  for (const parent of await listWaiting(tx.db, childKey(run.runId))) {
    await deliverEnd(tx, parent, ended)
  }
}

/** Lets runs out of the job's queue, oldest first, while it may have more. */
export async function promoteQueued(tx: Ctx, jobId: number): Promise<void> {
  await lockJob(tx.db, jobId)
  const [first] = await listActiveRunIds(tx.db, { jobId, queuedOnly: true, limit: 1 })
  if (first === undefined) return
  const most = (await findJob(tx.db, jobId))?.settings.max_concurrent_runs ?? 1
  const free = most - (await countRunning(tx.db, jobId))
  if (free <= 0) return
  const queued = await listActiveRunIds(tx.db, { jobId, queuedOnly: true, limit: free })
  for (const runId of queued) await promote(tx, jobId, runId)
}

async function promote(tx: Ctx, jobId: number, runId: number): Promise<void> {
  await updateRun(tx.db, runId, { life_cycle: LifeCycle.Pending, message: '', dirty: 1 })
  await appendEvent(tx, {
    type: 'jobs.run_changed',
    subject: `job-run:${runId}`,
    payload: {
      job_id: jobId,
      run_id: runId,
      life_cycle_state: LifeCycle.Pending,
      result_state: null,
    },
  })
}
