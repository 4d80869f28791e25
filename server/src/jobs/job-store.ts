import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { AccessControl, JobSettings } from './settings-schema.ts'
import type { JobTable } from './tables.ts'

export interface Job {
  readonly jobId: number
  readonly creator: string
  readonly settings: JobSettings
  readonly permissions: readonly AccessControl[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

export async function insertJob(db: Db, job: Job): Promise<void> {
  await db.insertInto('job').values(toRow(job)).execute()
}

export async function updateJob(db: Db, job: Job): Promise<void> {
  const { job_id: jobId, ...columns } = toRow(job)
  await db.updateTable('job').set(columns).where('job_id', '=', jobId).execute()
}

export async function deleteJobRow(db: Db, jobId: number): Promise<void> {
  await db.deleteFrom('job').where('job_id', '=', jobId).execute()
}

export async function findJob(db: Db, jobId: number): Promise<Job | undefined> {
  const row = await db.selectFrom('job').selectAll().where('job_id', '=', jobId).executeTakeFirst()
  return row && toJob(row)
}

/** Holds back whoever else would start a run of this job, until the transaction ends. */
export async function lockJob(db: Db, jobId: number): Promise<void> {
  await db.updateTable('job').set({ job_id: jobId }).where('job_id', '=', jobId).execute()
}

function toRow(job: Job): JobTable {
  const name = job.settings.name ?? 'Untitled'
  return {
    job_id: job.jobId,
    name,
    name_key: name.toLowerCase(),
    creator: job.creator,
    settings: JSON.stringify(job.settings),
    permissions: JSON.stringify(job.permissions),
    created_at: job.createdAt.getTime(),
    updated_at: job.updatedAt.getTime(),
  }
}

export function toJob(row: Selectable<JobTable>): Job {
  return {
    jobId: row.job_id,
    creator: row.creator,
    settings: JSON.parse(row.settings) as JobSettings,
    permissions: JSON.parse(row.permissions) as AccessControl[],
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  }
}
