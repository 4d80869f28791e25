import { sql, type Selectable } from 'kysely'
import {
  insertRows,
  runScript,
  updateRows,
  wakeOthers,
  type Ctx,
  type Db,
  type Script,
} from '../core/index.ts'
import type { End } from './engine/run-state.ts'
import type { TaskOutputTable, TaskRunTable } from './tables.ts'
import type { TaskRun } from './types.ts'

export async function insertTaskRuns(tx: Ctx, rows: readonly TaskRunTable[]): Promise<void> {
  await runScript(tx, () =>
    insertRows(tx.database.dialect, 'task_run', { rows: rows.map((row) => ({ ...row })) }),
  )
}

export type TaskColumns = Partial<Omit<TaskRunTable, 'task_run_id' | 'run_id'>>

/** Sets columns of attempts, by their ids. */
export async function updateTaskRuns(
  tx: Ctx,
  patches: ReadonlyMap<number, TaskColumns>,
): Promise<void> {
  if (patches.size === 0) return
  const rows = Array.from(patches, ([id, columns]) => ({ id, columns: { ...columns } }))
  const table = { table: 'task_run', key: 'task_run_id' }
  await runScript(tx, () => updateRows(tx.database.dialect, table, rows))
}

/** The attempts with these ids have been followed by others. */
export async function supersedeTaskRuns(db: Db, taskRunIds: readonly number[]): Promise<void> {
  if (taskRunIds.length === 0) return
  await db
    .updateTable('task_run')
    .set({ is_current: 0 })
    .where('task_run_id', 'in', taskRunIds)
    .execute()
}

export async function findTaskRun(db: Db, taskRunId: number): Promise<TaskRun | undefined> {
  const row = await db
    .selectFrom('task_run')
    .selectAll()
    .where('task_run_id', '=', taskRunId)
    .executeTakeFirst()
  return row && toTaskRun(row)
}

/** The current attempt of every task and iteration of the runs, as rows. */
export async function listCurrentTaskRows(
  db: Db,
  runIds: readonly number[],
): Promise<Selectable<TaskRunTable>[]> {
  return db
    .selectFrom('task_run')
    .selectAll()
    .where('run_id', 'in', runIds)
    .where('is_current', '=', 1)
    .execute()
}

export interface WaitingTask {
  readonly taskRunId: number
  readonly runId: number
}

/** Attempts that wait under this key. */
export async function listWaiting(db: Db, key: string): Promise<WaitingTask[]> {
  const rows = await db
    .selectFrom('task_run')
    .select(['task_run_id', 'run_id'])
    .where('wait_key', '=', key)
    .execute()
  return rows.map((row) => ({ taskRunId: row.task_run_id, runId: row.run_id }))
}

/** Decides how a waiting attempt ends, and makes its run's engine look. */
export async function deliverEnd(tx: Ctx, task: WaitingTask, end: End): Promise<void> {
  await updateTaskRuns(tx, new Map([[task.taskRunId, { delivered: JSON.stringify(end) }]]))
  await tx.db
    .updateTable('job_run')
    .set({ dirty: 1 })
    .where('run_id', '=', task.runId)
    .where('active', '=', sql.lit(1))
    .execute()
  await wakeOthers(tx.db)
}

export type OutputColumns = Partial<Omit<TaskOutputTable, 'task_run_id'>>

/** Sets what is given of the outputs of attempts, by their ids. */
export async function upsertOutputs(
  tx: Ctx,
  outputs: ReadonlyMap<number, OutputColumns>,
): Promise<void> {
  if (outputs.size > 0) await runScript(tx, () => outputsScript(tx, outputs))
}

function* outputsScript(tx: Ctx, outputs: ReadonlyMap<number, OutputColumns>): Script<void> {
  const groups = Map.groupBy(outputs, ([, columns]) => Object.keys(columns).join())
  for (const [names, group] of groups) {
    const set = names.split(',').map((name) => `${name} = excluded.${name}`)
    const tail = `on conflict (task_run_id) do update set ${set.join(', ')}`
    const rows = group.map(([id, { resolved = null, output = null }]) => ({
      task_run_id: id,
      resolved,
      output,
    }))
    yield* insertRows(tx.database.dialect, 'task_output', { rows, tail })
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
    healthBrokenAt: toDate(row.health_broken_at),
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
    health_broken_at: null,
    ...given,
  }
}
