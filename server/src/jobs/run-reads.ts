import {
  sql,
  type RawBuilder,
  type Selectable,
  type SelectQueryBuilder,
  type SqlBool,
} from 'kysely'
import type { Db, Tables } from '../core/index.ts'
import { toRun } from './run-store.ts'
import { toTaskRun } from './task-run-store.ts'
import type { JobRunTable } from './tables.ts'
import type { TaskOutput } from './tasks/contract.ts'
import type { JobRun, LifeCycle, Result, RunType, TaskRun, TerminationCode } from './types.ts'

type JobRunRow = Selectable<JobRunTable>

export interface ListRuns {
  readonly limit: number
  readonly jobId?: number
  readonly active?: boolean
  readonly type?: RunType
  readonly from?: number
  readonly to?: number
  readonly after?: RunCursor
}

/** The run at the edge of a page, and which side of it is asked for. */
export interface RunCursor {
  readonly createdAt: number
  readonly runId: number
  readonly direction: 'older' | 'newer'
}

export interface RunPage {
  readonly runs: readonly JobRun[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

/** Runs, newest start first. Its cost does not depend on how many there are. */
export async function listRuns(db: Db, input: ListRuns): Promise<RunPage> {
  const newer = input.after?.direction === 'newer'
  const order = newer ? 'asc' : 'desc'
  const rows = await filtered(db, input)
    .orderBy('created_at', order)
    .orderBy('run_id', order)
    .limit(input.limit + 1)
    .execute()
  const more = rows.length > input.limit
  const runs = rows.slice(0, input.limit).map(toRun)
  if (newer) runs.reverse()
  return { runs, hasOlder: newer ? true : more, hasNewer: newer ? more : input.after !== undefined }
}

// Literals where an index is partial: the planner cannot see through a parameter.
function filtered(db: Db, input: ListRuns): SelectQueryBuilder<Tables, 'job_run', JobRunRow> {
  let query = db.selectFrom('job_run').selectAll().where('deleted', '=', sql.lit(0))
  if (input.jobId !== undefined) query = query.where('job_id', '=', input.jobId)
  if (input.active !== undefined) {
    query = query.where('active', '=', sql.lit(input.active ? 1 : 0))
  }
  if (input.type !== undefined) query = query.where('run_type', '=', input.type)
  if (input.from !== undefined) query = query.where('created_at', '>=', input.from)
  if (input.to !== undefined) query = query.where('created_at', '<=', input.to)
  return input.after ? query.where(beyond(input.after)) : query
}

/** Past a row, in the order of `created_at` and `run_id`. */
export function beyond(edge: RunCursor): RawBuilder<SqlBool> {
  return edge.direction === 'newer'
    ? sql<SqlBool>`(created_at, run_id) > (${edge.createdAt}, ${edge.runId})`
    : sql<SqlBool>`(created_at, run_id) < (${edge.createdAt}, ${edge.runId})`
}

/** Every attempt of the runs, for-each iterations apart, in the order of the tasks. */
export async function listTaskRuns(db: Db, runIds: readonly number[]): Promise<TaskRun[]> {
  if (runIds.length === 0) return []
  const rows = await db
    .selectFrom('task_run')
    .selectAll()
    .where('run_id', 'in', runIds)
    .where('parent_task_run_id', 'is', null)
    .orderBy('run_id')
    .orderBy('position')
    .orderBy('attempt_number')
    .execute()
  return rows.map(toTaskRun)
}

/** The attempts of a for-each's iterations. */
export async function listIterations(db: Db, parentTaskRunId: number): Promise<TaskRun[]> {
  const rows = await db
    .selectFrom('task_run')
    .selectAll()
    .where('parent_task_run_id', '=', parentTaskRunId)
    .orderBy('iteration')
    .orderBy('attempt_number')
    .execute()
  return rows.map(toTaskRun)
}

export interface IterationCount {
  readonly parentTaskRunId: number
  readonly lifeCycle: LifeCycle
  readonly result: Result | null
  readonly count: number
}

export async function countIterations(
  db: Db,
  parentTaskRunIds: readonly number[],
): Promise<IterationCount[]> {
  if (parentTaskRunIds.length === 0) return []
  const rows = await db
    .selectFrom('task_run')
    .select(['parent_task_run_id', 'life_cycle', 'result'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('parent_task_run_id', 'in', parentTaskRunIds)
    .where('is_current', '=', 1)
    .groupBy(['parent_task_run_id', 'life_cycle', 'result'])
    .execute()
  return rows.map((row) => ({
    parentTaskRunId: row.parent_task_run_id ?? 0,
    lifeCycle: row.life_cycle,
    result: row.result,
    count: Number(row.count),
  }))
}

export interface OutputRow {
  readonly resolved: Readonly<Record<string, unknown>> | undefined
  readonly output: TaskOutput
}

export async function findOutput(db: Db, taskRunId: number): Promise<OutputRow> {
  const row = await db
    .selectFrom('task_output')
    .select(['resolved', 'output'])
    .where('task_run_id', '=', taskRunId)
    .executeTakeFirst()
  return {
    resolved: row?.resolved ? (JSON.parse(row.resolved) as OutputRow['resolved']) : undefined,
    output: JSON.parse(row?.output ?? '{}') as TaskOutput,
  }
}

export async function listResolved(
  db: Db,
  taskRunIds: readonly number[],
): Promise<Map<number, Readonly<Record<string, unknown>>>> {
  if (taskRunIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('task_output')
    .select(['task_run_id', 'resolved'])
    .where('task_run_id', 'in', taskRunIds)
    .execute()
  return new Map(
    rows.flatMap((row) =>
      row.resolved === null
        ? []
        : [[row.task_run_id, JSON.parse(row.resolved) as Readonly<Record<string, unknown>>]],
    ),
  )
}

export interface Repair {
  readonly repairId: number
  readonly index: number
  readonly lifeCycle: LifeCycle
  readonly result: Result | undefined
  readonly code: TerminationCode | undefined
  readonly message: string
  readonly startedAt: Date
  readonly endedAt: Date | undefined
}

/** Number 0 is the original go. */
export async function listRepairs(db: Db, runId: number): Promise<Repair[]> {
  const rows = await db
    .selectFrom('job_repair')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('repair_index')
    .execute()
  return rows.map((row) => ({
    repairId: row.repair_id,
    index: row.repair_index,
    lifeCycle: row.life_cycle,
    result: row.result ?? undefined,
    code: row.code ?? undefined,
    message: row.message,
    startedAt: new Date(row.started_at),
    endedAt: row.ended_at === null ? undefined : new Date(row.ended_at),
  }))
}
