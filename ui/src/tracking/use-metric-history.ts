import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Metric } from './wire.ts'

const path = '/api/2.0/mlflow/metrics/get-history-bulk-interval'
/** Per run; the server thins out longer histories. */
const mostPoints = 1500

export interface HistoryPoint extends Metric {
  readonly run_id: string
}

/** One metric's points of up to a hundred runs. */
export function useMetricHistory(
  runIds: readonly string[],
  key: string,
  live: boolean,
): UseQueryResult<readonly HistoryPoint[]> {
  return useQuery({
    queryKey: ['runs', 'history', key, runIds],
    refetchInterval: live ? 5_000 : false,
    queryFn: async ({ signal }) => {
      const query = { run_ids: runIds, metric_key: key, max_results: mostPoints }
      const answer = await requestJson<{ metrics?: readonly HistoryPoint[] }>(path, {
        query,
        signal,
      })
      return answer.metrics ?? []
    },
  })
}
