import type { Selectable } from 'kysely'
import type { Db } from '../../core/index.ts'
import type { JobBackfillIntervalTable, JobBackfillTable } from '../tables.ts'
import {
  BackfillState,
  IntervalState,
  type Backfill,
  type BackfillSpec,
  type Interval,
} from './types.ts'

const rowsPerInsert = 500

export interface NewBackfill extends Omit<Backfill, 'endedAt' | 'cancelRequestedAt'> {
  readonly idempotencyToken: string | undefined
}

export async function insertBackfill(
  db: Db,
  backfill: NewBackfill,
  intervals: readonly Interval[],
): Promise<void> {
  const { range, cadence, parameters, only, reprocess, failedOnly, backwards } = backfill
  const spec: BackfillSpec = { range, cadence, parameters, only, reprocess, failedOnly, backwards }
  await db
    .insertInto('job_backfill')
    .values({
      backfill_id: backfill.backfillId,
      job_id: backfill.jobId,
      job_name: backfill.jobName,
      creator: backfill.creator,
      spec: JSON.stringify(spec),
      max_parallel: backfill.maxParallel,
      state: backfill.state,
      created_at: backfill.createdAt.getTime(),
      ended_at: null,
      cancel_requested_at: null,
      idempotency_token: backfill.idempotencyToken ?? null,
    })
    .execute()
  for (let at = 0; at < intervals.length; at += rowsPerInsert) {
    const rows = intervals
      .slice(at, at + rowsPerInsert)
      .map((interval) => toRow(backfill.backfillId, interval))
    await db.insertInto('job_backfill_interval').values(rows).execute()
  }
}

function toRow(backfillId: number, interval: Interval): JobBackfillIntervalTable {
  return {
    backfill_id: backfillId,
    position: interval.position,
    logical_at: interval.logicalAt,
    action: interval.action,
    state: interval.state,
    reason: interval.reason,
    run_id: interval.runId ?? null,
    started_at: interval.startedAt?.getTime() ?? null,
    ended_at: interval.endedAt?.getTime() ?? null,
  }
}

/** Holds back whoever else would move this backfill, until the transaction ends. */
export async function lockBackfill(db: Db, backfillId: number): Promise<Backfill | undefined> {
  const row = await db
    .updateTable('job_backfill')
    .set({ backfill_id: backfillId })
    .where('backfill_id', '=', backfillId)
    .returningAll()
    .executeTakeFirst()
  return row && toBackfill(row)
}

export async function updateBackfill(
  db: Db,
  backfillId: number,
  columns: Partial<Pick<JobBackfillTable, 'state' | 'ended_at' | 'cancel_requested_at'>>,
): Promise<void> {
  await db.updateTable('job_backfill').set(columns).where('backfill_id', '=', backfillId).execute()
}

export async function updateInterval(
  db: Db,
  of: { readonly backfillId: number; readonly position: number },
  columns: Partial<Omit<JobBackfillIntervalTable, 'backfill_id' | 'position'>>,
): Promise<void> {
  await db
    .updateTable('job_backfill_interval')
    .set(columns)
    .where('backfill_id', '=', of.backfillId)
    .where('position', '=', of.position)
    .execute()
}

/** Gives up every interval that has not begun. */
export async function cancelWaiting(
  db: Db,
  backfillId: number,
  why: { readonly reason: string; readonly at: Date },
): Promise<void> {
  await db
    .updateTable('job_backfill_interval')
    .set({ state: IntervalState.Canceled, reason: why.reason, ended_at: why.at.getTime() })
    .where('backfill_id', '=', backfillId)
    .where('state', '=', IntervalState.Waiting)
    .execute()
}

/** How the run of an interval ended; also when it was repaired by hand after the backfill. */
export async function endIntervalOfRun(
  db: Db,
  of: { readonly backfillId: number; readonly runId: number },
  ended: { readonly state: IntervalState; readonly reason: string; readonly at: Date },
): Promise<void> {
  await db
    .updateTable('job_backfill_interval')
    .set({ state: ended.state, reason: ended.reason, ended_at: ended.at.getTime() })
    .where('backfill_id', '=', of.backfillId)
    .where('run_id', '=', of.runId)
    .where('action', '!=', 'skip')
    .execute()
}

export function toBackfill(row: Selectable<JobBackfillTable>): Backfill {
  const spec = JSON.parse(row.spec) as Partial<BackfillSpec>
  return {
    backfillId: row.backfill_id,
    jobId: row.job_id,
    jobName: row.job_name,
    creator: row.creator,
    range: spec.range,
    cadence: spec.cadence,
    parameters: spec.parameters ?? {},
    only: spec.only,
    reprocess: spec.reprocess ?? 'none',
    failedOnly: spec.failedOnly ?? false,
    backwards: spec.backwards ?? false,
    maxParallel: row.max_parallel,
    state: row.state,
    createdAt: new Date(row.created_at),
    endedAt: row.ended_at === null ? undefined : new Date(row.ended_at),
    cancelRequestedAt:
      row.cancel_requested_at === null ? undefined : new Date(row.cancel_requested_at),
  }
}

export function toInterval(row: Selectable<JobBackfillIntervalTable>): Interval {
  return {
    position: row.position,
    logicalAt: row.logical_at,
    action: row.action,
    state: row.state,
    reason: row.reason,
    runId: row.run_id ?? undefined,
    startedAt: row.started_at === null ? undefined : new Date(row.started_at),
    endedAt: row.ended_at === null ? undefined : new Date(row.ended_at),
  }
}

/** How a backfill without anything left to do has ended. */
export function endStateOf(
  counts: Readonly<Record<IntervalState, number>>,
  canceled: boolean,
): BackfillState {
  if (canceled) return BackfillState.Canceled
  const lost = counts[IntervalState.Failed] + counts[IntervalState.Canceled]
  return lost > 0 ? BackfillState.Failed : BackfillState.Succeeded
}
