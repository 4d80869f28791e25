import type { Db } from '../core/index.ts'
import type { Job } from './job-store.ts'
import type { JobSettings } from './settings-schema.ts'

export interface Revision {
  readonly revision: number
  readonly changedBy: string
  readonly changedAt: Date
}

/** Older ones are let go. */
const mostKept = 100

/** Keeps the settings as they are from now on. A job older than revisions keeps what it was first. */
export async function insertRevision(
  db: Db,
  change: { readonly before?: Job; readonly after: Job; readonly by: string },
): Promise<void> {
  const { before, after, by } = change
  let newest = await newestRevision(db, after.jobId)
  if (newest === 0 && before !== undefined) {
    await insertRow(db, before, { revision: 1, by: before.creator })
    newest = 1
  }
  const revision = newest + 1
  await insertRow(db, after, { revision, by })
  if (revision <= mostKept) return
  await db
    .deleteFrom('job_revision')
    .where('job_id', '=', after.jobId)
    .where('revision', '<=', revision - mostKept)
    .execute()
}

async function insertRow(
  db: Db,
  job: Job,
  made: { readonly revision: number; readonly by: string },
): Promise<void> {
  await db
    .insertInto('job_revision')
    .values({
      job_id: job.jobId,
      revision: made.revision,
      settings: JSON.stringify(job.settings),
      changed_by: made.by,
      changed_at: job.updatedAt.getTime(),
    })
    .execute()
}

/** 0 for a job that nobody has changed since revisions are kept. */
export async function newestRevision(db: Db, jobId: number): Promise<number> {
  const row = await db
    .selectFrom('job_revision')
    .select((eb) => eb.fn.max('revision').as('newest'))
    .where('job_id', '=', jobId)
    .executeTakeFirst()
  return Number(row?.newest ?? 0)
}

/** Newest first. */
export async function listRevisions(db: Db, jobId: number): Promise<Revision[]> {
  const rows = await db
    .selectFrom('job_revision')
    .select(['revision', 'changed_by', 'changed_at'])
    .where('job_id', '=', jobId)
    .orderBy('revision', 'desc')
    .execute()
  return rows.map((row) => ({
    revision: row.revision,
    changedBy: row.changed_by,
    changedAt: new Date(Number(row.changed_at)),
  }))
}

export async function findRevision(
  db: Db,
  of: { readonly jobId: number; readonly revision: number },
): Promise<JobSettings | undefined> {
  const row = await db
    .selectFrom('job_revision')
    .select('settings')
    .where('job_id', '=', of.jobId)
    .where('revision', '=', of.revision)
    .executeTakeFirst()
  return row && (JSON.parse(row.settings) as JobSettings)
}

export async function deleteRevisions(db: Db, jobId: number): Promise<void> {
  await db.deleteFrom('job_revision').where('job_id', '=', jobId).execute()
}
