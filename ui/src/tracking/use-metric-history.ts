import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Metric } from './wire.ts'

const path = '/api/2.0/mlflow/metrics/get-history'
const pageSize = 25_000
/** More points than a screen has pixels only cost time. */
const mostDrawn = 2_000

export interface HistoryPoint extends Metric {
  readonly run_id: string
}

/** One metric's points of several runs; a long history is thinned evenly, its ends kept. */
export function useMetricHistory(
  runIds: readonly string[],
  key: string,
  live: boolean,
): UseQueryResult<readonly HistoryPoint[]> {
  return useQuery({
    queryKey: ['runs', 'history', key, runIds],
    refetchInterval: live ? 5_000 : false,
    queryFn: async ({ signal }) => {
      const histories = await Promise.all(runIds.map((runId) => history(runId, key, signal)))
      return histories.flat()
    },
  })
}

async function history(
  runId: string,
  key: string,
  signal: AbortSignal,
): Promise<readonly HistoryPoint[]> {
  const query = { run_id: runId, metric_key: key, max_results: pageSize }
  const answer = await requestJson<{ metrics?: readonly Metric[] }>(path, { query, signal })
  return thin(answer.metrics ?? [], mostDrawn).map((metric) => ({ ...metric, run_id: runId }))
}

/** Every n-th point, and the last. */
export function thin<Point>(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points
  const step = Math.ceil(points.length / most)
  return points.filter((_point, index) => index % step === 0 || index === points.length - 1)
}
