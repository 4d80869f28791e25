import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

export type ForecastOutcome = 'runs' | 'queues' | 'skips' | 'paused'

export interface ForecastRun {
  /** Epoch milliseconds. */
  readonly at: number
  readonly outcome: ForecastOutcome
  readonly why: string
  /** When it would really begin. */
  readonly starts_at?: number
}

export interface Forecast {
  /** How long the job's latest runs took in the middle; 0 when there is none. */
  readonly duration_ms: number
  readonly runs: readonly ForecastRun[]
  /** Triggers that wait for something to happen. */
  readonly unforeseeable: readonly string[]
  readonly truncated: boolean
}

/** Which runs the job's own triggers would start, as its scheduler would decide. */
export function useForecast(
  jobId: number,
  window: { readonly from_ms?: number; readonly days: number },
): UseQueryResult<Forecast> {
  return useQuery({
    queryKey: ['jobs', 'forecast', jobId, window],
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      requestJson<Forecast>(`/api/millrace/1.0/jobs/${jobId}/simulate`, {
        method: 'POST',
        body: window,
        signal,
      }),
  })
}
