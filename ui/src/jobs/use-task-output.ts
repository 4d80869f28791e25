import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

export interface TaskOutput {
  readonly error?: string
  readonly error_trace?: string
  readonly notebook_output?: { readonly result?: string; readonly truncated?: boolean }
}

/** What an ended task returned, or why it failed. */
export function useTaskOutput(taskRunId: number, ended: boolean): UseQueryResult<TaskOutput> {
  return useQuery({
    queryKey: ['job-runs', 'output', taskRunId],
    enabled: ended,
    queryFn: ({ signal }) =>
      requestJson<TaskOutput>('/api/2.2/jobs/runs/get-output', {
        query: { run_id: taskRunId },
        signal,
      }),
  })
}
