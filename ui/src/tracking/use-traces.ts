import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  type UseInfiniteQueryResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Span } from './spans.ts'

const base = '/api/3.0/mlflow/traces'
const pageSize = 200

export interface TraceInfo {
  readonly trace_id: string
  /** ISO text. */
  readonly request_time?: string
  /** Protobuf's notation: `0.126s`. */
  readonly execution_duration?: string
  readonly state?: string
  readonly trace_metadata?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
  readonly request_preview?: string
  readonly response_preview?: string
  readonly assessments?: readonly Assessment[]
}

export interface Assessment {
  readonly assessment_id?: string
  readonly assessment_name?: string
  readonly source?: { readonly source_type?: string; readonly source_id?: string }
  readonly feedback?: { readonly value?: unknown }
  readonly expectation?: { readonly value?: unknown }
  readonly rationale?: string
  /** False once another judgement took its place. */
  readonly valid?: boolean
  readonly create_time?: string
}

export interface TracePages {
  readonly traces: readonly TraceInfo[]
  readonly more: boolean
}

interface TracePage {
  readonly traces?: readonly TraceInfo[]
  readonly next_page_token?: string
}

/** The traces of an experiment, newest first, page by page. */
export function useTraces(
  experimentId: string,
  filter: string,
  orderBy: readonly string[],
): UseInfiniteQueryResult<TracePages> {
  return useInfiniteQuery({
    queryKey: ['runs', 'traces', experimentId, filter, orderBy],
    queryFn: ({ pageParam, signal }) =>
      requestJson<TracePage>(`${base}/search`, {
        method: 'POST',
        signal,
        body: {
          locations: [
            { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } },
          ],
          max_results: pageSize,
          filter,
          order_by: orderBy,
          ...(pageParam === '' ? {} : { page_token: pageParam }),
        },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_page_token || undefined,
    placeholderData: keepPreviousData,
    select: (data) => ({
      traces: data.pages.flatMap((page) => page.traces ?? []),
      more: Boolean(data.pages.at(-1)?.next_page_token),
    }),
  })
}

export interface Trace {
  readonly trace_info: TraceInfo
  readonly spans?: readonly Span[]
}

export function useTrace(traceId: string): UseQueryResult<Trace> {
  return useQuery({
    queryKey: ['runs', 'trace', traceId],
    queryFn: async ({ signal }) => {
      const query = { trace_id: traceId }
      const answer = await requestJson<{ trace: Trace }>(`${base}/get`, { query, signal })
      return answer.trace
    },
  })
}

export function traceName(info: TraceInfo): string {
  return info.tags?.['mlflow.traceName'] || info.trace_id
}

/** Milliseconds; undefined while it runs. */
export function traceDuration(info: TraceInfo): number | undefined {
  const seconds = Number.parseFloat(info.execution_duration ?? '')
  return Number.isNaN(seconds) ? undefined : seconds * 1000
}

export function traceTime(info: TraceInfo): number | undefined {
  const time = Date.parse(info.request_time ?? '')
  return Number.isNaN(time) ? undefined : time
}
