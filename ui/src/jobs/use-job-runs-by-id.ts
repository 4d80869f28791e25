import { useQueries } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { JobRun } from './wire.ts'

/** Some job runs with their tasks; those that are gone are left out. */
export function useJobRunsById(runIds: readonly string[]): readonly JobRun[] {
  const queries = useQueries({
    queries: runIds.map((runId) => ({
      queryKey: ['job-runs', 'one', runId],
      retry: false,
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        requestJson<JobRun>('/api/2.2/jobs/runs/get', { query: { run_id: runId }, signal }),
    })),
  })
  return queries.flatMap((query) => query.data ?? [])
}
