import { sql, type Insertable, type Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { JobSettings } from './settings-schema.ts'
import type { JobRunTable, TaskRunTable } from './tables.ts'
import { hasEnded, type JobRun, type RunOverrides, type TaskRun } from './types.ts'

export interface NewRun extends Omit<
  JobRun,
  'startedAt' | 'endedAt' | 'cancelRequestedAt' | 'repairCount'
> {
  readonly idempotencyToken: string | undefined
}

/** Inserts a run that its engine has yet to look at; one that has ended already stays ended. */
export async function insertRun(db: Db, run: NewRun): Promise<void> {
  const over = hasEnded(run.lifeCycle)
  await db
    .insertInto('job_run')
    .values({
      run_id: run.runId,
      job_id: run.jobId ?? null,
      name: run.name,
      run_type: run.type,
      trigger_type: run.trigger,
      trigger_info: JSON.stringify(run.triggerInfo),
      creator: run.creator,
      run_as: run.runAs,
      definition_hash: run.definitionHash,
      parameters: JSON.stringify(run.parameters),
      overrides: JSON.stringify(run.overrides),
      life_cycle: run.lifeCycle,
      result: run.result ?? null,
      code: run.code ?? null,
      message: run.message,
      active: over ? 0 : 1,
      dirty: over ? 0 : 1,
      created_at: run.createdAt.getTime(),
      started_at: null,
      ended_at: over ? run.createdAt.getTime() : null,
      cancel_requested_at: null,
      timeout_seconds: run.timeoutSeconds,
      repair_count: 0,
      idempotency_token: run.idempotencyToken ?? null,
      parent_task_run_id: run.parentTaskRunId ?? null,
      owner: null,
      epoch: 0,
      lease_until: null,
      deleted: 0,
    })
    .execute()
}

export async function upsertDefinition(db: Db, hash: string, settings: JobSettings): Promise<void> {
  await db
    .insertInto('job_definition')
    .values({ hash, settings: JSON.stringify(settings) })
    .onConflict((c) => c.column('hash').doNothing())
    .execute()
}

export async function findDefinition(db: Db, hash: string): Promise<JobSettings | undefined> {
  const row = await db
    .selectFrom('job_definition')
    .select('settings')
    .where('hash', '=', hash)
    .executeTakeFirst()
  return row && (JSON.parse(row.settings) as JobSettings)
}

export async function findRun(db: Db, runId: number): Promise<JobRun | undefined> {
  const row = await db
    .selectFrom('job_run')
    .selectAll()
    .where('run_id', '=', runId)
    .where('deleted', '=', 0)
    .executeTakeFirst()
  return row && toRun(row)
}

export async function findTaskRun(db: Db, taskRunId: number): Promise<TaskRun | undefined> {
  const row = await db
    .selectFrom('task_run')
    .selectAll()
    .where('task_run_id', '=', taskRunId)
    .executeTakeFirst()
  return row && toTaskRun(row)
}

export async function findRunByToken(
  db: Db,
  token: string,
): Promise<{ readonly runId: number; readonly deleted: boolean } | undefined> {
  const row = await db
    .selectFrom('job_run')
    .select(['run_id', 'deleted'])
    .where('idempotency_token', '=', token)
    .executeTakeFirst()
  return row && { runId: row.run_id, deleted: row.deleted === 1 }
}

/** Runs of the job that are neither ended nor queued. */
export async function countRunning(db: Db, jobId: number): Promise<number> {
  const row = await db
    .selectFrom('job_run')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('job_id', '=', jobId)
    .where('active', '=', sql.lit(1))
    .where('life_cycle', '!=', 'QUEUED')
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}

export async function requestCancel(db: Db, runIds: readonly number[], at: Date): Promise<void> {
  if (runIds.length === 0) return
  await db
    .updateTable('job_run')
    .set({ cancel_requested_at: at.getTime(), dirty: 1 })
    .where('run_id', 'in', runIds)
    .where('active', '=', sql.lit(1))
    .execute()
}

export async function requestTaskCancel(db: Db, task: TaskRun): Promise<void> {
  await db
    .updateTable('task_run')
    .set({ cancel_requested: 1 })
    .where('task_run_id', '=', task.taskRunId)
    .execute()
  await markDirty(db, task.runId)
}

/** Makes the run's engine look at it. */
export async function markDirty(db: Db, runId: number): Promise<void> {
  await db
    .updateTable('job_run')
    .set({ dirty: 1 })
    .where('run_id', '=', runId)
    .where('active', '=', sql.lit(1))
    .execute()
}

export async function listActiveRunIds(
  db: Db,
  filter: { readonly jobId?: number; readonly queuedOnly?: boolean },
): Promise<number[]> {
  let query = db
    .selectFrom('job_run')
    .select('run_id')
    .where('active', '=', sql.lit(1))
    .orderBy('run_id')
  if (filter.jobId !== undefined) query = query.where('job_id', '=', filter.jobId)
  if (filter.queuedOnly) query = query.where('life_cycle', '=', 'QUEUED')
  return (await query.execute()).map((row) => row.run_id)
}

/** Hides a run; its row stays so that its idempotency token stays used. */
export async function hideRun(db: Db, runId: number): Promise<void> {
  await db.updateTable('job_run').set({ deleted: 1 }).where('run_id', '=', runId).execute()
}

const rowsPerInsert = 500

export async function insertTaskRuns(
  db: Db,
  rows: readonly Insertable<TaskRunTable>[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerInsert) {
    await db
      .insertInto('task_run')
      .values(rows.slice(at, at + rowsPerInsert))
      .execute()
  }
}

export function toRun(row: Selectable<JobRunTable>): JobRun {
  return {
    runId: row.run_id,
    jobId: row.job_id ?? undefined,
    name: row.name,
    type: row.run_type,
    trigger: row.trigger_type,
    triggerInfo: JSON.parse(row.trigger_info) as JobRun['triggerInfo'],
    creator: row.creator,
    runAs: row.run_as,
    definitionHash: row.definition_hash,
    parameters: JSON.parse(row.parameters) as JobRun['parameters'],
    overrides: JSON.parse(row.overrides) as RunOverrides,
    lifeCycle: row.life_cycle,
    result: row.result ?? undefined,
    code: row.code ?? undefined,
    message: row.message,
    createdAt: new Date(row.created_at),
    startedAt: toDate(row.started_at),
    endedAt: toDate(row.ended_at),
    cancelRequestedAt: toDate(row.cancel_requested_at),
    timeoutSeconds: row.timeout_seconds,
    repairCount: row.repair_count,
    parentTaskRunId: row.parent_task_run_id ?? undefined,
  }
}

export function toTaskRun(row: Selectable<TaskRunTable>): TaskRun {
  return {
    taskRunId: row.task_run_id,
    runId: row.run_id,
    taskKey: row.task_key,
    position: row.position,
    iteration: row.iteration ?? undefined,
    parentTaskRunId: row.parent_task_run_id ?? undefined,
    attemptNumber: row.attempt_number,
    retryNumber: row.retry_number,
    repairIndex: row.repair_index,
    isCurrent: row.is_current === 1,
    originalTaskRunId: row.original_task_run_id,
    lifeCycle: row.life_cycle,
    result: row.result ?? undefined,
    code: row.code ?? undefined,
    message: row.message,
    createdAt: new Date(row.created_at),
    startedAt: toDate(row.started_at),
    endedAt: toDate(row.ended_at),
    setupMs: row.setup_ms,
    executionMs: row.execution_ms,
    notBefore: toDate(row.not_before),
    stopReason: row.stop_reason ?? undefined,
    outcome: row.outcome ?? undefined,
    environment: row.environment ?? undefined,
  }
}

function toDate(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms)
}

/** A row for an attempt that has done nothing yet. */
export function newTaskRow(
  id: number,
  given: Pick<TaskRunTable, 'run_id' | 'task_key' | 'position' | 'created_at'> &
    Partial<TaskRunTable>,
): TaskRunTable {
  return {
    task_run_id: id,
    iteration: null,
    parent_task_run_id: null,
    attempt_number: 0,
    retry_number: 0,
    repair_index: 0,
    is_current: 1,
    original_task_run_id: id,
    life_cycle: 'BLOCKED',
    result: null,
    code: null,
    message: '',
    started_at: null,
    ended_at: null,
    setup_ms: 0,
    execution_ms: 0,
    not_before: null,
    stop_reason: null,
    cancel_requested: 0,
    outcome: null,
    input_count: null,
    environment: null,
    wait_key: null,
    delivered: null,
    ...given,
  }
}
