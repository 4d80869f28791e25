import type { Db } from '../core/index.ts'

export interface TaskValue {
  readonly runId: number
  readonly taskKey: string
  readonly name: string
  /** JSON. */
  readonly value: string
}

export async function upsertTaskValue(
  db: Db,
  value: TaskValue,
  set: { readonly by: number; readonly at: Date },
): Promise<void> {
  const row = { value: value.value, task_run_id: set.by, updated_at: set.at.getTime() }
  await db
    .insertInto('task_value')
    .values({ run_id: value.runId, task_key: value.taskKey, name: value.name, ...row })
    .onConflict((c) => c.columns(['run_id', 'task_key', 'name']).doUpdateSet(row))
    .execute()
}

export async function findTaskValue(
  db: Db,
  asked: Omit<TaskValue, 'value'>,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('task_value')
    .select('value')
    .where('run_id', '=', asked.runId)
    .where('task_key', '=', asked.taskKey)
    .where('name', '=', asked.name)
    .executeTakeFirst()
  return row?.value
}

export async function listTaskValues(db: Db, runId: number): Promise<TaskValue[]> {
  const rows = await db
    .selectFrom('task_value')
    .select(['task_key', 'name', 'value'])
    .where('run_id', '=', runId)
    .execute()
  return rows.map((row) => ({ runId, taskKey: row.task_key, name: row.name, value: row.value }))
}
