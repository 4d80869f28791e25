import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Metric, Run } from './wire.ts'

const base = '/api/2.0/mlflow/metrics'
const pageSize = 25_000
/** More points than a screen has pixels only cost time. */
const mostDrawn = 2_000
/** As many runs as one request may name. */
const mostTogether = 100

export interface HistoryPoint extends Metric {
  readonly run_id: string
}

/** One metric's points of several runs; a long history is thinned evenly, its ends kept. */
export function useMetricHistory(
  runs: readonly Run[],
  key: string,
  live: boolean,
): UseQueryResult<readonly HistoryPoint[]> {
  const ids = runs.map((run) => run.info.run_id)
  return useQuery({
    queryKey: ['runs', 'history', key, ids],
    refetchInterval: live ? 5_000 : false,
    queryFn: async ({ signal }) => {
      // Without steps there is nothing that the server could thin evenly.
      const stepped = runs.filter((run) => stepOf(run, key) > 0).map((run) => run.info.run_id)
      const others = ids.filter((id) => !stepped.includes(id))
      const chunks = Array.from({ length: Math.ceil(stepped.length / mostTogether) }, (_, index) =>
        stepped.slice(index * mostTogether, (index + 1) * mostTogether),
      )
      const histories = await Promise.all([
        ...chunks.map((chunk) => sampled(chunk, key, signal)),
        ...others.map((runId) => history(runId, key, signal)),
      ])
      return histories.flat()
    },
  })
}

/** The step at which a run logged a metric last. */
export function stepOf(run: Run, key: string): number {
  return run.data?.metrics?.find((metric) => metric.key === key)?.step ?? 0
}

async function sampled(
  runIds: readonly string[],
  key: string,
  signal: AbortSignal,
): Promise<readonly HistoryPoint[]> {
  const query = { run_ids: runIds, metric_key: key, max_results: mostDrawn }
  const path = `${base}/get-history-bulk-interval`
  const answer = await requestJson<{ metrics?: readonly HistoryPoint[] }>(path, { query, signal })
  return answer.metrics ?? []
}

async function history(
  runId: string,
  key: string,
  signal: AbortSignal,
): Promise<readonly HistoryPoint[]> {
  const query = { run_id: runId, metric_key: key, max_results: pageSize }
  const path = `${base}/get-history`
  const answer = await requestJson<{ metrics?: readonly Metric[] }>(path, { query, signal })
  return thin(answer.metrics ?? [], mostDrawn).map((metric) => ({ ...metric, run_id: runId }))
}

/** Every n-th point, and the last. */
function thin<Point>(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points
  const step = Math.ceil(points.length / most)
  return points.filter((_point, index) => index % step === 0 || index === points.length - 1)
}
