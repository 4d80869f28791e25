import { inTransaction, type Ctx } from '../core/index.ts'
import { jobsErrors } from './errors.ts'
import { getJob } from './job-service.ts'
import { getRun } from './run-service.ts'
import { hideRun, listActiveRunIds, requestCancel, requestTaskCancel } from './run-store.ts'
import { findTaskRun } from './task-run-store.ts'
import { hasEnded } from './types.ts'

/** Asks a run, or one attempt of a task, to stop. What has ended stays as it ended. */
export async function cancelRun(ctx: Ctx, runId: number): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const task = await findTaskRun(tx.db, runId)
    if (task) {
      if (!hasEnded(task.lifeCycle)) await requestTaskCancel(tx.db, task)
      return
    }
    await getRun(tx, runId)
    await requestCancel(tx.db, [runId], tx.now())
  })
}

export async function cancelAllRuns(
  ctx: Ctx,
  input: { readonly jobId?: number; readonly queuedOnly?: boolean },
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    if (input.jobId !== undefined) await getJob(tx, input.jobId)
    await requestCancel(tx.db, await listActiveRunIds(tx.db, input), tx.now())
  })
}

export async function deleteRun(ctx: Ctx, runId: number): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const run = await getRun(tx, runId)
    if (!hasEnded(run.lifeCycle)) {
      throw jobsErrors.JOBS_RUN_ACTIVE(runId, run.lifeCycle, 'deleted')
    }
    await hideRun(tx.db, runId)
  })
}
