import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Job } from './wire.ts'

const base = '/api/2.2/jobs'
const pageLimit = 100

interface JobsPage {
  readonly jobs?: readonly Job[]
  readonly next_page_token?: string
}

/** Every job with its settings. */
export function useJobs(): UseQueryResult<readonly Job[]> {
  return useQuery({
    queryKey: ['jobs', 'list'],
    queryFn: async ({ signal }) => {
      const found: Job[] = []
      let token: string | undefined
      do {
        const query = { limit: pageLimit, expand_tasks: true, page_token: token }
        const page = await requestJson<JobsPage>(`${base}/list`, { query, signal })
        found.push(...(page.jobs ?? []))
        token = page.next_page_token || undefined
      } while (token !== undefined)
      return found
    },
  })
}

export function useJob(jobId: string): UseQueryResult<Job> {
  return useQuery({
    queryKey: ['jobs', 'one', jobId],
    enabled: jobId !== '',
    queryFn: ({ signal }) => requestJson<Job>(`${base}/get`, { query: { job_id: jobId }, signal }),
  })
}
