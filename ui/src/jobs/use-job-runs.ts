import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { hasEnded, settleRun, type JobRun } from './wire.ts'

const base = '/api/2.2/jobs/runs'
const refreshMs = 5_000

interface RunsPage {
  readonly runs?: readonly JobRun[]
  readonly next_page_token?: string
}

export interface JobRunQuery {
  readonly jobId?: number
  readonly active?: boolean
  readonly completed?: boolean
  /** Epoch milliseconds. */
  readonly startedFrom?: number
  readonly limit: number
  readonly expandTasks?: boolean
}

const pageLimit = 24

/** Job runs, newest first, up to the limit. */
export function useJobRuns(wanted: JobRunQuery): UseQueryResult<readonly JobRun[]> {
  return useQuery({
    queryKey: ['job-runs', 'list', wanted],
    queryFn: async ({ signal }) => {
      const found: JobRun[] = []
      let token: string | undefined
      do {
        const query = {
          job_id: wanted.jobId,
          active_only: wanted.active,
          completed_only: wanted.completed,
          start_time_from: wanted.startedFrom,
          expand_tasks: wanted.expandTasks,
          limit: Math.min(pageLimit, wanted.limit - found.length),
          page_token: token,
        }
        const page = await requestJson<RunsPage>(`${base}/list`, { query, signal })
        found.push(...(page.runs ?? []).map(settleRun))
        token = page.next_page_token || undefined
      } while (token !== undefined && found.length < wanted.limit)
      return found
    },
  })
}

/** One run with its tasks; events refresh it, and while it runs it is asked again as well. */
export function useJobRun(runId: string): UseQueryResult<JobRun> {
  return useQuery({
    queryKey: ['job-runs', 'one', runId],
    queryFn: async ({ signal }) => {
      const query = { run_id: runId, include_history: true }
      return settleRun(await requestJson<JobRun>(`${base}/get`, { query, signal }))
    },
    refetchInterval: (query) =>
      query.state.data !== undefined && !hasEnded(query.state.data.state) ? refreshMs : false,
  })
}
