import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

export interface TaskValue {
  readonly task_key: string
  readonly key: string
  readonly value: unknown
}

/** What the tasks of a run left for those after them. */
export function useTaskValues(runId: number): UseQueryResult<readonly TaskValue[]> {
  return useQuery({
    queryKey: ['job-runs', 'values', runId],
    queryFn: async ({ signal }) => {
      const path = `/api/millrace/1.0/jobs/runs/${runId}/task-values`
      return (await requestJson<{ values: readonly TaskValue[] }>(path, { signal })).values
    },
  })
}
