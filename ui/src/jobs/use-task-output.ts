import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

export interface SqlRows {
  readonly columns: readonly { readonly name: string }[]
  readonly rows: readonly { readonly values: readonly { readonly string_value: string }[] }[]
  readonly truncated: boolean
}

export interface TaskOutput {
  readonly error?: string
  readonly error_trace?: string
  readonly notebook_output?: { readonly result?: string; readonly truncated?: boolean }
  readonly run_job_output?: { readonly run_id: number }
  readonly sql_output?: { readonly file_output?: { readonly query_result: SqlRows } }
}

/** What a task returned, or why it failed. */
export function useTaskOutput(taskRunId: number, ended: boolean): UseQueryResult<TaskOutput> {
  return useQuery({
    queryKey: ['job-runs', 'output', taskRunId, ended],
    enabled: taskRunId !== 0,
    queryFn: ({ signal }) =>
      requestJson<TaskOutput>('/api/2.2/jobs/runs/get-output', {
        query: { run_id: taskRunId },
        signal,
      }),
  })
}
