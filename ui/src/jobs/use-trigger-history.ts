import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

export interface TriggerEntry {
  /** Epoch milliseconds. */
  readonly at: number
  readonly kind: string
  readonly outcome: 'fired' | 'not_fired' | 'failed'
  readonly description: string
  readonly run_id?: number
}

/** Why a job did or did not start by itself, newest first. */
export function useTriggerHistory(
  jobId: number,
  limit: number,
): UseQueryResult<readonly TriggerEntry[]> {
  return useQuery({
    queryKey: ['jobs', 'trigger-history', jobId, limit],
    queryFn: async ({ signal }) => {
      const path = `/api/millrace/1.0/jobs/${jobId}/trigger-history`
      const query = { limit }
      return (await requestJson<{ entries: readonly TriggerEntry[] }>(path, { query, signal }))
        .entries
    },
  })
}
