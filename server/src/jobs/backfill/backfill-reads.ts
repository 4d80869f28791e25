import { sql } from 'kysely'
import type { Db } from '../../core/index.ts'
import { LifeCycle } from '../types.ts'
import type { FoundRun } from './foresee.ts'
import { toBackfill, toInterval } from './backfill-store.ts'
import type { Backfill, Interval, IntervalState } from './types.ts'

export async function findBackfill(db: Db, backfillId: number): Promise<Backfill | undefined> {
  const row = await db
    .selectFrom('job_backfill')
    .selectAll()
    .where('backfill_id', '=', backfillId)
    .executeTakeFirst()
  return row && toBackfill(row)
}

export async function findBackfillByToken(db: Db, token: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('job_backfill')
    .select('backfill_id')
    .where('idempotency_token', '=', token)
    .executeTakeFirst()
  return row?.backfill_id
}

export interface ListBackfills {
  readonly jobId: number | undefined
  readonly limit: number
  /** Those older than this one. */
  readonly before: number | undefined
}

/** Backfills, newest first; one more than asked for when there are more. */
export async function listBackfills(db: Db, input: ListBackfills): Promise<Backfill[]> {
  let query = db
    .selectFrom('job_backfill')
    .selectAll()
    .orderBy('backfill_id', 'desc')
    .limit(input.limit + 1)
  if (input.jobId !== undefined) query = query.where('job_id', '=', input.jobId)
  if (input.before !== undefined) query = query.where('backfill_id', '<', input.before)
  return (await query.execute()).map(toBackfill)
}

/** Backfills of the job that have not ended. */
export async function listRunningBackfillIds(db: Db, jobId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('job_backfill')
    .select('backfill_id')
    .where('job_id', '=', jobId)
    .where('state', '=', 'RUNNING')
    .execute()
  return rows.map((row) => row.backfill_id)
}

export interface ListIntervals {
  readonly backfillId: number
  readonly state?: IntervalState | undefined
  readonly limit: number
  /** The first position that is of interest. */
  readonly from?: number
}

export async function listIntervals(db: Db, input: ListIntervals): Promise<Interval[]> {
  let query = db
    .selectFrom('job_backfill_interval')
    .selectAll()
    .where('backfill_id', '=', input.backfillId)
    .orderBy('position')
    .limit(input.limit)
  if (input.state !== undefined) query = query.where('state', '=', input.state)
  if (input.from !== undefined) query = query.where('position', '>=', input.from)
  return (await query.execute()).map(toInterval)
}

export type IntervalCounts = Readonly<Record<IntervalState, number>>

/** How many intervals of each backfill are in each state. */
export async function countIntervals(
  db: Db,
  backfillIds: readonly number[],
): Promise<Map<number, IntervalCounts>> {
  const counts = new Map(backfillIds.map((id) => [id, noIntervals()]))
  if (backfillIds.length === 0) return counts
  const rows = await db
    .selectFrom('job_backfill_interval')
    .select(['backfill_id', 'state'])
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('backfill_id', 'in', backfillIds)
    .groupBy(['backfill_id', 'state'])
    .execute()
  for (const { backfill_id: id, state, n } of rows) {
    const own = counts.get(id)
    if (own) own[state] = Number(n)
  }
  return counts
}

function noIntervals(): Record<IntervalState, number> {
  return { WAITING: 0, RUNNING: 0, SUCCEEDED: 0, FAILED: 0, SKIPPED: 0, CANCELED: 0 }
}

/** The runs of a backfill that have not ended. */
export async function listActiveRunIdsOf(db: Db, backfillId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('job_run')
    .select('run_id')
    .where('backfill_id', '=', backfillId)
    .where('active', '=', sql.lit(1))
    .execute()
  return rows.map((row) => row.run_id)
}

/**
 * The newest run of the job for each logical time of the range, both ends included. One that was
 * skipped counts only when there is no other.
 */
export async function findRunsByLogicalTime(
  db: Db,
  jobId: number,
  range: { readonly first: number; readonly last: number },
): Promise<Map<number, FoundRun>> {
  const rows = await db
    .selectFrom('job_run')
    .select(['run_id', 'logical_at', 'life_cycle', 'result', 'message'])
    .where('job_id', '=', jobId)
    .where('logical_at', 'is not', null)
    .where('logical_at', '>=', range.first)
    .where('logical_at', '<=', range.last)
    .where('deleted', '=', 0)
    .orderBy('logical_at')
    .orderBy('run_id')
    .execute()
  const found = new Map<number, FoundRun>()
  for (const row of rows) {
    const logicalAt = row.logical_at ?? 0
    if (row.life_cycle === LifeCycle.Skipped && found.has(logicalAt)) continue
    found.set(logicalAt, {
      runId: row.run_id,
      logicalAt,
      lifeCycle: row.life_cycle,
      result: row.result ?? undefined,
      message: row.message,
    })
  }
  return found
}
