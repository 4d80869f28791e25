import type { Selectable } from 'kysely'
import { newId, type Ctx, type Db } from '../core/index.ts'
import type { JobTriggerNoteTable } from './tables.ts'

/** Why a trigger started a run, or why it did not. */
export interface TriggerEntry {
  readonly jobId: number
  readonly kind: string
  readonly outcome: JobTriggerNoteTable['outcome']
  readonly description: string
  readonly runId: number | undefined
  readonly createdAt: Date
}

const mostKept = 1000

/** Keeps it; the oldest of a job are let go. */
export async function insertTriggerEntry(
  tx: Ctx,
  entry: Omit<TriggerEntry, 'createdAt'>,
): Promise<void> {
  const now = tx.now().getTime()
  await tx.db
    .insertInto('job_trigger_note')
    .values({
      id: newId(now),
      job_id: entry.jobId,
      kind: entry.kind,
      outcome: entry.outcome,
      description: entry.description,
      run_id: entry.runId ?? null,
      created_at: now,
    })
    .execute()
  const oldest = await tx.db
    .selectFrom('job_trigger_note')
    .select('id')
    .where('job_id', '=', entry.jobId)
    .orderBy('id', 'desc')
    .offset(mostKept)
    .limit(1)
    .executeTakeFirst()
  if (!oldest) return
  await tx.db
    .deleteFrom('job_trigger_note')
    .where('job_id', '=', entry.jobId)
    .where('id', '<=', oldest.id)
    .execute()
}

/** Newest first. */
export async function listTriggerEntries(
  db: Db,
  of: { readonly jobId: number; readonly limit: number },
): Promise<TriggerEntry[]> {
  const rows = await db
    .selectFrom('job_trigger_note')
    .selectAll()
    .where('job_id', '=', of.jobId)
    .orderBy('id', 'desc')
    .limit(of.limit)
    .execute()
  return rows.map(toEntry)
}

function toEntry(row: Selectable<JobTriggerNoteTable>): TriggerEntry {
  return {
    jobId: Number(row.job_id),
    kind: row.kind,
    outcome: row.outcome,
    description: row.description,
    runId: row.run_id === null ? undefined : Number(row.run_id),
    createdAt: new Date(Number(row.created_at)),
  }
}
