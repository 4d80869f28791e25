import type { Ctx } from '../core/index.ts'
import { consumeForeign, type ForeignEvent } from './foreign-events.ts'
import { findOutput } from './run-reads.ts'
import { markDirty } from './run-store.ts'
import { approvalEvents, approvalKey, endByEvent } from './tasks/approval-task.ts'
import type { ApprovalTask } from './tasks/schemas.ts'

/** Delivers what the registry decided to the tasks that wait for it. */
export async function startWaits(ctx: Ctx): Promise<AsyncDisposable> {
  return consumeForeign(ctx, {
    name: 'jobs.waits',
    types: approvalEvents,
    handle: deliverDecision,
  })
}

async function deliverDecision(tx: Ctx, event: ForeignEvent): Promise<void> {
  const { payload } = event
  if (!('name' in payload) || !('version' in payload)) return
  const waiting = await tx.db
    .selectFrom('task_run')
    .select(['task_run_id', 'run_id'])
    .where('wait_key', '=', approvalKey(payload.name, payload.version))
    .execute()
  for (const { task_run_id: taskRunId, run_id: runId } of waiting) {
    const { resolved } = await findOutput(tx.db, taskRunId)
    const task = resolved?.['approval_task'] as ApprovalTask | undefined
    const end = task && endByEvent(task, event)
    if (!end) continue
    await tx.db
      .updateTable('task_run')
      .set({ delivered: JSON.stringify(end) })
      .where('task_run_id', '=', taskRunId)
      .execute()
    await markDirty(tx.db, runId)
  }
}
