import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { JobRun } from './wire.ts'

interface Answer {
  readonly jobs: readonly { readonly job_id: number; readonly runs: readonly JobRun[] }[]
}

const jobsAtOnce = 100

/** The newest runs of each job, newest first, however long ago they were. */
export function useLatestRuns(
  jobIds: readonly number[],
  limit: number,
): UseQueryResult<ReadonlyMap<number, readonly JobRun[]>> {
  return useQuery({
    queryKey: ['job-runs', 'latest', limit, jobIds],
    enabled: jobIds.length > 0,
    placeholderData: (previous) => previous,
    queryFn: async ({ signal }) => {
      const found = new Map<number, readonly JobRun[]>()
      for (let from = 0; from < jobIds.length; from += jobsAtOnce) {
        const query = { job_id: jobIds.slice(from, from + jobsAtOnce).map(String), limit }
        const path = '/api/millrace/1.0/jobs/latest-runs'
        const { jobs } = await requestJson<Answer>(path, { query, signal })
        for (const { job_id, runs } of jobs) found.set(job_id, runs)
      }
      return found
    },
  })
}
