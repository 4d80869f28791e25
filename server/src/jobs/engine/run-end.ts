import { sql } from 'kysely'
import { appendEvent, type Ctx } from '../../core/index.ts'
import { findJob, lockJob } from '../job-store.ts'
import { countRunning, markDirty } from '../run-store.ts'
import { childKey, endByChild } from '../tasks/run-job-task.ts'
import { continueJob } from '../trigger-service.ts'
import { LifeCycle, type JobRun } from '../types.ts'
import type { End } from './run-state.ts'

/** What the end of a run means to others: a repair, the attempt that started it, runs in the queue. */
export async function onRunEnded(tx: Ctx, run: JobRun, end: End): Promise<void> {
  if (run.repairCount > 0) await endRepair(tx, run, end)
  if (run.parentTaskRunId !== undefined) await deliverToParent(tx, run, end)
  if (run.jobId === undefined) return
  const freed = run.lifeCycle === LifeCycle.Queued ? 0 : 1
  await promoteQueued(tx, run.jobId, freed)
  await continueJob(tx, run.jobId, end.result)
}

async function endRepair(tx: Ctx, run: JobRun, end: End): Promise<void> {
  await tx.db
    .updateTable('job_repair')
    .set({
      life_cycle: end.lifeCycle,
      result: end.result,
      code: end.code,
      message: end.message,
      ended_at: tx.now().getTime(),
    })
    .where('run_id', '=', run.runId)
    .where('repair_index', '=', run.repairCount)
    .execute()
}

async function deliverToParent(tx: Ctx, run: JobRun, end: End): Promise<void> {
  const parent = await tx.db
    .updateTable('task_run')
    .set({ delivered: JSON.stringify(endByChild({ ...end, runId: run.runId })) })
    .where('wait_key', '=', childKey(run.runId))
    .returning('run_id')
    .executeTakeFirst()
  if (parent) await markDirty(tx.db, parent.run_id)
}

/** Lets runs out of the job's queue, oldest first, while it may have more; `freed` are ending now. */
export async function promoteQueued(tx: Ctx, jobId: number, freed = 0): Promise<void> {
  await lockJob(tx.db, jobId)
  const queued = await tx.db
    .selectFrom('job_run')
    .select('run_id')
    .where('job_id', '=', jobId)
    .where('active', '=', sql.lit(1))
    .where('life_cycle', '=', LifeCycle.Queued)
    .orderBy('run_id')
    .execute()
  if (queued.length === 0) return
  const limit = (await findJob(tx.db, jobId))?.settings.max_concurrent_runs ?? 1
  const running = await countRunning(tx.db, jobId)
  let free = limit - running + freed
  for (const { run_id: runId } of queued) {
    if (free <= 0) return
    free -= 1
    await promote(tx, jobId, runId)
  }
}

async function promote(tx: Ctx, jobId: number, runId: number): Promise<void> {
  await tx.db
    .updateTable('job_run')
    .set({ life_cycle: LifeCycle.Pending, message: '', dirty: 1 })
    .where('run_id', '=', runId)
    .execute()
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
