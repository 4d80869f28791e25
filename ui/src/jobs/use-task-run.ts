import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { TaskRunDetails } from './wire.ts'

/** One attempt as it was set and as it ran: its settings, what references stood for, iterations. */
export function useTaskRun(taskRunId: number, active: boolean): UseQueryResult<TaskRunDetails> {
  return useQuery({
    queryKey: ['job-runs', 'task', taskRunId],
    enabled: taskRunId !== 0,
    refetchInterval: active ? 5_000 : false,
    queryFn: ({ signal }) =>
      requestJson<TaskRunDetails>('/api/2.2/jobs/runs/get', {
        query: { run_id: taskRunId, include_resolved_values: true },
        signal,
      }),
  })
}
