import type { Db } from '../core/index.ts'
import { toJob, type Job } from './job-store.ts'

export interface ListJobs {
  readonly limit: number
  /** Exact, but for case. */
  readonly name?: string
  /** The page that begins after this id, in the direction asked. */
  readonly from?: { readonly jobId: number; readonly direction: 'older' | 'newer' }
}

export interface JobPage {
  readonly jobs: readonly Job[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

export async function listJobsById(
  db: Db,
  jobIds: readonly number[],
): Promise<ReadonlyMap<number, Job>> {
  if (jobIds.length === 0) return new Map()
  const rows = await db.selectFrom('job').selectAll().where('job_id', 'in', jobIds).execute()
  return new Map(rows.map((row) => [row.job_id, toJob(row)]))
}

/** Jobs, newest first. */
export async function listJobs(db: Db, input: ListJobs): Promise<JobPage> {
  const newer = input.from?.direction === 'newer'
  let query = db
    .selectFrom('job')
    .selectAll()
    .orderBy('job_id', newer ? 'asc' : 'desc')
    .limit(input.limit + 1)
  if (input.name !== undefined) query = query.where('name_key', '=', input.name.toLowerCase())
  if (input.from) query = query.where('job_id', newer ? '>' : '<', input.from.jobId)
  const rows = await query.execute()
  const more = rows.length > input.limit
  const jobs = rows.slice(0, input.limit).map(toJob)
  if (newer) jobs.reverse()
  return {
    jobs,
    hasOlder: newer ? true : more,
    hasNewer: newer ? more : input.from !== undefined,
  }
}
