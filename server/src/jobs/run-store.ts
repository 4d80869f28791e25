import { sql, type Selectable } from 'kysely'
import { runScript, updateRows, wakeOthers, type Ctx, type Db } from '../core/index.ts'
import type { JobSettings } from './settings-schema.ts'
import type { JobRunTable } from './tables.ts'
import { LifeCycle, hasEnded, type JobRun, type RunOverrides, type TaskRun } from './types.ts'

export interface NewRun extends Omit<
  JobRun,
  'startedAt' | 'endedAt' | 'cancelRequestedAt' | 'repairCount' | 'healthBrokenAt'
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
      health_broken_at: null,
      logical_at: run.logicalAt?.getTime() ?? null,
      backfill_id: run.backfillId ?? null,
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
  return (await findDefinitions(db, [hash])).get(hash)
}

/** Settings by their hash. */
export async function findDefinitions(
  db: Db,
  hashes: readonly string[],
): Promise<Map<string, JobSettings>> {
  const rows = await db
    .selectFrom('job_definition')
    .selectAll()
    .where('hash', 'in', hashes)
    .execute()
  return new Map(rows.map((row) => [row.hash, JSON.parse(row.settings) as JobSettings]))
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

/** Runs of the job that are neither ended, queued nor of a backfill; a long queue costs nothing. */
export async function countRunning(db: Db, jobId: number): Promise<number> {
  const beside = (side: '<' | '>') =>
    db
      .selectFrom('job_run')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('job_id', '=', jobId)
      .where('active', '=', sql.lit(1))
      .where('life_cycle', side, LifeCycle.Queued)
      .where('backfill_id', 'is', null)
      .executeTakeFirst()
  const before = await beside('<')
  const after = await beside('>')
  return Number(before?.n ?? 0) + Number(after?.n ?? 0)
}

export async function requestCancel(db: Db, runIds: readonly number[], at: Date): Promise<void> {
  if (runIds.length === 0) return
  await db
    .updateTable('job_run')
    .set({ cancel_requested_at: at.getTime(), dirty: 1 })
    .where('run_id', 'in', runIds)
    .where('active', '=', sql.lit(1))
    .execute()
  await wakeOthers(db)
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
  await wakeOthers(db)
}

export async function updateRun(
  db: Db,
  runId: number,
  columns: Partial<JobRunTable>,
): Promise<void> {
  await db.updateTable('job_run').set(columns).where('run_id', '=', runId).execute()
}

/** Sets columns of runs, by their ids. */
export async function updateRuns(
  tx: Ctx,
  patches: ReadonlyMap<number, Partial<JobRunTable>>,
): Promise<void> {
  if (patches.size === 0) return
  const rows = Array.from(patches, ([id, columns]) => ({ id, columns: { ...columns } }))
  const table = { table: 'job_run', key: 'run_id' }
  await runScript(tx, () => updateRows(tx.database.dialect, table, rows))
}

/** A new timeout of the job also counts for its runs that are going on. */
export async function updateTimeouts(db: Db, jobId: number, seconds: number): Promise<void> {
  await db
    .updateTable('job_run')
    .set({ timeout_seconds: seconds, dirty: 1 })
    .where('job_id', '=', jobId)
    .where('active', '=', sql.lit(1))
    .where('timeout_seconds', '!=', seconds)
    .execute()
  await wakeOthers(db)
}

/** Active runs that the attempt started. */
export async function listChildRunIds(db: Db, taskRunId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('job_run')
    .select('run_id')
    .where('parent_task_run_id', '=', taskRunId)
    .where('active', '=', sql.lit(1))
    .execute()
  return rows.map((row) => row.run_id)
}

/** The rows of runs, also of deleted ones, for the engine. */
export async function listRunRows(
  db: Db,
  runIds: readonly number[],
): Promise<Selectable<JobRunTable>[]> {
  return db.selectFrom('job_run').selectAll().where('run_id', 'in', runIds).execute()
}

export async function listActiveRunIds(
  db: Db,
  filter: { readonly jobId?: number; readonly queuedOnly?: boolean; readonly limit?: number },
): Promise<number[]> {
  let query = db
    .selectFrom('job_run')
    .select('run_id')
    .where('active', '=', sql.lit(1))
    .orderBy('run_id')
  if (filter.jobId !== undefined) query = query.where('job_id', '=', filter.jobId)
  if (filter.queuedOnly) query = query.where('life_cycle', '=', LifeCycle.Queued)
  if (filter.limit !== undefined) query = query.limit(filter.limit)
  return (await query.execute()).map((row) => row.run_id)
}

/** Hides a run; its row stays so that its idempotency token stays used. */
export async function hideRun(db: Db, runId: number): Promise<void> {
  await db.updateTable('job_run').set({ deleted: 1 }).where('run_id', '=', runId).execute()
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
    healthBrokenAt: toDate(row.health_broken_at),
    logicalAt: toDate(row.logical_at),
    backfillId: row.backfill_id ?? undefined,
  }
}

function toDate(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms)
}
