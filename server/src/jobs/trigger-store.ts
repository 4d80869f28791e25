import type { Selectable } from 'kysely'
import type { Ctx, Db } from '../core/index.ts'
import type { JobTriggerTable } from './tables.ts'
import type { TriggerState } from './triggers/contract.ts'

/** Something that happened, or did not, and why. */
export interface TriggerNote {
  readonly timestamp: number
  readonly description: string
  readonly run_id?: number
}

export interface TriggerHistory {
  readonly lastTriggered: TriggerNote | undefined
  readonly lastNotTriggered: TriggerNote | undefined
  readonly lastFailed: TriggerNote | undefined
}

export interface JobTrigger {
  readonly jobId: number
  readonly position: number
  readonly kind: string
  readonly spec: unknown
  readonly paused: boolean
  readonly nextAt: number | undefined
  readonly state: TriggerState
  readonly history: TriggerHistory
}

export type TriggerColumns = Partial<Omit<JobTriggerTable, 'job_id' | 'position'>>

export async function insertTrigger(db: Db, row: JobTriggerTable): Promise<void> {
  await db.insertInto('job_trigger').values(row).execute()
}

export async function updateTrigger(
  db: Db,
  trigger: Pick<JobTrigger, 'jobId' | 'position'>,
  columns: TriggerColumns,
): Promise<void> {
  if (Object.keys(columns).length === 0) return
  await db
    .updateTable('job_trigger')
    .set(columns)
    .where('job_id', '=', trigger.jobId)
    .where('position', '=', trigger.position)
    .execute()
}

export async function deleteTriggers(db: Db, jobId: number): Promise<void> {
  await db.deleteFrom('job_trigger').where('job_id', '=', jobId).execute()
  await db.deleteFrom('job_seen_file').where('job_id', '=', jobId).execute()
}

export async function listTriggersOfJob(db: Db, jobId: number): Promise<JobTrigger[]> {
  const rows = await db
    .selectFrom('job_trigger')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('position')
    .execute()
  return rows.map(toTrigger)
}

export async function listTriggersOfKind(db: Db, kinds: readonly string[]): Promise<JobTrigger[]> {
  if (kinds.length === 0) return []
  const rows = await db
    .selectFrom('job_trigger')
    .selectAll()
    .where('kind', 'in', kinds)
    .orderBy('job_id')
    .execute()
  return rows.map(toTrigger)
}

/** The earliest time at which a trigger must be looked at. */
export async function earliestDue(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('job_trigger')
    .select('next_at')
    .where('next_at', 'is not', null)
    .orderBy('next_at')
    .limit(1)
    .executeTakeFirst()
  return row?.next_at ?? undefined
}

const duePerTransaction = 50

/** Triggers whose time has come; other servers skip them until the transaction ends. */
export async function claimDue(tx: Ctx): Promise<JobTrigger[]> {
  let query = tx.db
    .selectFrom('job_trigger')
    .selectAll()
    .where('next_at', '<=', tx.now().getTime())
    .orderBy('next_at')
    .limit(duePerTransaction)
  if (tx.database.dialect === 'postgres') query = query.forUpdate().skipLocked()
  return (await query.execute()).map(toTrigger)
}

function toTrigger(row: Selectable<JobTriggerTable>): JobTrigger {
  const note = (text: string | null) =>
    text === null ? undefined : (JSON.parse(text) as TriggerNote)
  return {
    jobId: row.job_id,
    position: row.position,
    kind: row.kind,
    spec: JSON.parse(row.spec) as unknown,
    paused: row.paused === 1,
    nextAt: row.next_at ?? undefined,
    state: JSON.parse(row.state) as TriggerState,
    history: {
      lastTriggered: note(row.last_triggered),
      lastNotTriggered: note(row.last_not_triggered),
      lastFailed: note(row.last_failed),
    },
  }
}
