import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayDone, sayFailed } from '../kit/toast.tsx'
import type {
  Backfill,
  BackfillPage,
  BackfillPreview,
  BackfillSettings,
  IntervalState,
} from './backfill-wire.ts'

const base = '/api/millrace/1.0/jobs/backfill'
const refreshMs = 5_000
const pageSize = 100

/** The backfills of a job, newest first. */
export function useBackfills(jobId: number): UseQueryResult<readonly Backfill[]> {
  return useQuery({
    queryKey: ['jobs', 'backfills', jobId],
    queryFn: async ({ signal }) => {
      const query = { job_id: jobId, limit: pageSize }
      const path = `${base}/list`
      return (await requestJson<{ backfills: readonly Backfill[] }>(path, { query, signal }))
        .backfills
    },
  })
}

/** One backfill and its times, page by page; events refresh it, and a timer while it runs. */
export function useBackfill(
  backfillId: string,
  state: IntervalState | undefined,
): UseInfiniteQueryResult<InfiniteData<BackfillPage>> {
  return useInfiniteQuery({
    queryKey: ['jobs', 'backfill', backfillId, state],
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: (page: BackfillPage) => page.next_page_token,
    refetchInterval: (query) =>
      query.state.data?.pages[0]?.state === 'RUNNING' ? refreshMs : false,
    queryFn: ({ signal, pageParam: token }) =>
      requestJson<BackfillPage>(`${base}/get`, {
        query: {
          backfill_id: backfillId,
          state,
          limit: pageSize,
          page_token: token || undefined,
        },
        signal,
      }),
  })
}

/** What a backfill would run, and what not, and why. */
export function useBackfillPreview(
  settings: BackfillSettings | undefined,
): UseInfiniteQueryResult<InfiniteData<BackfillPreview>> {
  return useInfiniteQuery({
    queryKey: ['jobs', 'backfill-preview', settings],
    enabled: settings !== undefined,
    retry: false,
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: (page: BackfillPreview) => page.next_page_token,
    queryFn: ({ signal, pageParam: token }) =>
      requestJson<BackfillPreview>(`${base}/preview`, {
        method: 'POST',
        body: { ...settings, limit: pageSize, ...(token === '' ? {} : { page_token: token }) },
        signal,
      }),
  })
}

export function useCreateBackfill(): UseMutationResult<
  { readonly backfill_id: number },
  Error,
  BackfillSettings
> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (settings) =>
      requestJson<{ backfill_id: number }>(`${base}/create`, { method: 'POST', body: settings }),
    onSuccess: () => sayDone('The backfill is going'),
    onError: (error) => sayFailed('start the backfill', error),
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}

export function useCancelBackfill(): UseMutationResult<unknown, Error, number> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (backfillId) =>
      requestJson(`${base}/cancel`, { method: 'POST', body: { backfill_id: backfillId } }),
    onSuccess: () => sayDone('The backfill is stopping'),
    onError: (error) => sayFailed('cancel the backfill', error),
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}
