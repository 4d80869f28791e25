import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Schedule } from './wire.ts'

/** When a schedule fires next, as the scheduler itself computes it. Epoch milliseconds. */
export function useNextRuns(
  schedule: Schedule | undefined,
  count: number,
): UseQueryResult<readonly number[]> {
  return useQuery({
    queryKey: ['jobs', 'next', schedule, count],
    enabled: schedule !== undefined,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const body = {
        quartz_cron_expression: schedule?.quartz_cron_expression,
        timezone_id: schedule?.timezone_id,
        count,
      }
      const answer = await requestJson<{ fire_times?: readonly number[] }>(
        '/api/millrace/1.0/simulate',
        { method: 'POST', body, signal },
      )
      return answer.fire_times ?? []
    },
  })
}
