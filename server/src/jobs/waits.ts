import type { Ctx } from '../core/index.ts'
import { consumeForeign, type ForeignEvent } from './foreign-events.ts'
import { findOutput } from './run-reads.ts'
import { deliverEnd, listWaiting } from './task-run-store.ts'
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
  const key = approvalKey(payload.name, payload.version)
  for (const waiting of await listWaiting(tx.db, key)) {
    const { resolved } = await findOutput(tx.db, waiting.taskRunId)
    const task = resolved?.['approval_task'] as ApprovalTask | undefined
    const end = task && endByEvent(task, event)
    if (end) await deliverEnd(tx, waiting, end)
  }
}
