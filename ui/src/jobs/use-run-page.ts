import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { JobRun } from './wire.ts'

export interface RunSearch {
  readonly job_id?: number
  readonly state?: string
  readonly trigger?: string
  /** Epoch milliseconds. */
  readonly from_ms?: number
  readonly limit: number
  readonly page_token?: string
}

export interface RunPage {
  readonly runs: readonly JobRun[]
  readonly next_page_token?: string
  readonly prev_page_token?: string
}

/** A page of runs without their tasks, newest first; events refresh it. */
export function useRunPage(search: RunSearch): UseQueryResult<RunPage> {
  return useQuery({
    queryKey: ['job-runs', 'page', search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      requestJson<RunPage>('/api/millrace/1.0/jobs/runs', { query: { ...search }, signal }),
  })
}
