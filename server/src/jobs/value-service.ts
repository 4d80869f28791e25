import type { Ctx } from '../core/index.ts'
import { jobsErrors } from './errors.ts'
import { findTaskRun } from './task-run-store.ts'
import type { TaskRun } from './types.ts'
import { findTaskValue, upsertTaskValue } from './value-store.ts'

const mostBytes = 48 * 1024

/** Keeps a value of the calling task for the tasks after it. */
export async function setTaskValue(
  ctx: Ctx,
  input: { readonly key: string; readonly value: unknown },
): Promise<void> {
  const task = await callingTask(ctx)
  const value = JSON.stringify(input.value ?? null)
  const bytes = Buffer.byteLength(value)
  if (bytes > mostBytes) throw jobsErrors.JOBS_TASK_VALUE_TOO_LARGE(input.key, bytes)
  const { runId, taskKey, taskRunId } = task
  const kept = { runId, taskKey, name: input.key, value }
  await upsertTaskValue(ctx.db, kept, { by: taskRunId, at: ctx.now() })
}

/** A value that another task of the caller's run has set. */
export async function getTaskValue(
  ctx: Ctx,
  asked: { readonly taskKey: string; readonly key: string },
): Promise<unknown> {
  const { runId } = await callingTask(ctx)
  const { taskKey, key: name } = asked
  const value = await findTaskValue(ctx.db, { runId, taskKey, name })
  if (value === undefined) throw jobsErrors.JOBS_TASK_VALUE_NOT_FOUND(taskKey, name)
  return JSON.parse(value) as unknown
}

async function callingTask(ctx: Ctx): Promise<TaskRun> {
  const { attemptId } = ctx.principal
  const task = attemptId === undefined ? undefined : await findTaskRun(ctx.db, Number(attemptId))
  if (!task) throw jobsErrors.JOBS_NOT_IN_A_TASK()
  return task
}
