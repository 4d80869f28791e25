import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

/** Which tasks of a run shall run again: those that failed, or those named. */
export interface RepairWish {
  readonly rerun_all_failed_tasks?: boolean
  readonly rerun_tasks?: readonly string[]
  readonly rerun_dependent_tasks?: boolean
}

export interface RepairPreview {
  readonly tasks: readonly {
    readonly task_key: string
    readonly action: 'run' | 'keep' | 'gone'
    readonly reason: string
    readonly result_state?: string
  }[]
  readonly latest_repair_id?: number
}

/** What the server would do; it is asked, because only it knows the job as it is now. */
export function useRepairPreview(
  runId: number,
  wish: RepairWish | undefined,
): UseQueryResult<RepairPreview> {
  return useQuery({
    queryKey: ['job-runs', 'repair-preview', runId, wish],
    enabled: wish !== undefined,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      requestJson<RepairPreview>(`/api/millrace/1.0/jobs/runs/${runId}/repair-preview`, {
        method: 'POST',
        body: wish,
        signal,
      }),
  })
}
