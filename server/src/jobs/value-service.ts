import type { Ctx } from '../core/index.ts'
import { jobsErrors } from './errors.ts'
import { findTaskRun } from './run-store.ts'
import type { TaskRun } from './types.ts'

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
  const row = { value, task_run_id: task.taskRunId, updated_at: ctx.now().getTime() }
  await ctx.db
    .insertInto('task_value')
    .values({ run_id: task.runId, task_key: task.taskKey, name: input.key, ...row })
    .onConflict((c) => c.columns(['run_id', 'task_key', 'name']).doUpdateSet(row))
    .execute()
}

/** A value that another task of the caller's run has set. */
export async function getTaskValue(
  ctx: Ctx,
  asked: { readonly taskKey: string; readonly key: string },
): Promise<unknown> {
  const { runId } = await callingTask(ctx)
  const row = await ctx.db
    .selectFrom('task_value')
    .select('value')
    .where('run_id', '=', runId)
    .where('task_key', '=', asked.taskKey)
    .where('name', '=', asked.key)
    .executeTakeFirst()
  if (!row) throw jobsErrors.JOBS_TASK_VALUE_NOT_FOUND(asked.taskKey, asked.key)
  return JSON.parse(row.value) as unknown
}

async function callingTask(ctx: Ctx): Promise<TaskRun> {
  const { attemptId } = ctx.principal
  const task = attemptId === undefined ? undefined : await findTaskRun(ctx.db, Number(attemptId))
  if (!task) throw jobsErrors.JOBS_NOT_IN_A_TASK()
  return task
}
