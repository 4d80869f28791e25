import {
  keepPreviousData,
  useInfiniteQuery,
  useQueries,
  useQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Run } from './wire.ts'

const base = '/api/2.0/mlflow/runs'
/** The first page is there at once; the later ones are fewer. */
const firstPageSize = 200
const pageSize = 1_000
const runningRefreshMs = 5_000

export interface RunSearch {
  readonly experimentId: string
  readonly filter: string
  readonly orderBy: readonly string[]
  readonly view: 'ACTIVE_ONLY' | 'DELETED_ONLY'
}

export interface RunPages {
  readonly runs: readonly Run[]
  readonly more: boolean
}

interface RunPage {
  readonly runs?: readonly Run[]
  readonly next_page_token?: string
}

/** Runs page by page; more are fetched when the end of the table comes into sight. */
export function useRuns(search: RunSearch): UseInfiniteQueryResult<RunPages> {
  return useInfiniteQuery({
    queryKey: ['runs', 'search', search],
    queryFn: ({ pageParam, signal }) =>
      requestJson<RunPage>(`${base}/search`, {
        method: 'POST',
        signal,
        body: {
          ...bodyOf(search),
          max_results: pageParam === '' ? firstPageSize : pageSize,
          ...(pageParam === '' ? {} : { page_token: pageParam }),
        },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_page_token || undefined,
    placeholderData: keepPreviousData,
    // Comparing tens of thousands of runs field by field costs more than drawing the few in sight.
    structuralSharing: false,
    select: toRunPages,
  })
}

/** One function for all renders: its answer is made again only when a page comes. */
function toRunPages(data: InfiniteData<RunPage>): RunPages {
  return {
    runs: data.pages.flatMap((page) => page.runs ?? []),
    more: Boolean(data.pages.at(-1)?.next_page_token),
  }
}

function bodyOf(search: RunSearch): object {
  return {
    experiment_ids: [search.experimentId],
    filter: search.filter,
    order_by: search.orderBy,
    run_view_type: search.view,
  }
}

/** The first runs that a search finds. */
export async function searchRuns(
  search: RunSearch,
  most: number,
  signal: AbortSignal,
): Promise<readonly Run[]> {
  const body = { ...bodyOf(search), max_results: most }
  const page = await requestJson<RunPage>(`${base}/search`, { method: 'POST', signal, body })
  return page.runs ?? []
}

export async function getRun(runId: string, signal: AbortSignal): Promise<Run> {
  const query = { run_id: runId }
  const answer = await requestJson<{ run: Run }>(`${base}/get`, { query, signal })
  return answer.run
}

/** One run; asked again every few seconds while it runs, because metrics make no events. */
export function useRun(runId: string): UseQueryResult<Run> {
  return useQuery({
    queryKey: ['runs', 'one', runId],
    enabled: runId !== '',
    queryFn: ({ signal }) => getRun(runId, signal),
    refetchInterval: (query) =>
      query.state.data?.info.status === 'RUNNING' ? runningRefreshMs : false,
  })
}

/** Several runs, in the order asked. */
export function useRunsById(runIds: readonly string[]): readonly UseQueryResult<Run>[] {
  return useQueries({
    queries: runIds.map((runId) => ({
      queryKey: ['runs', 'one', runId],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => getRun(runId, signal),
    })),
  })
}

/** The runs whose parent is this one. */
export function useChildRuns(run: Run | undefined): UseQueryResult<readonly Run[]> {
  return useQuery({
    queryKey: ['runs', 'children', run?.info.run_id],
    enabled: run !== undefined,
    queryFn: async ({ signal }) => {
      const answer = await requestJson<RunPage>(`${base}/search`, {
        method: 'POST',
        signal,
        body: {
          experiment_ids: [run?.info.experiment_id],
          filter: `tags.\`mlflow.parentRunId\` = '${run?.info.run_id ?? ''}'`,
          max_results: 100,
        },
      })
      return answer.runs ?? []
    },
  })
}
