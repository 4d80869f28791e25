import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayDone, sayFailed } from '../kit/toast.tsx'
import { isOpen, type Search, type SearchSummary } from './wire.ts'

const base = '/api/millrace/1.0/automl/searches'

/** Searches, newest first. */
export function useSearches(): UseQueryResult<readonly SearchSummary[]> {
  return useQuery({
    queryKey: ['searches', 'list'],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ searches?: readonly SearchSummary[] }>(base, {
        query: { limit: 1000 },
        signal,
      })
      return answer.searches ?? []
    },
  })
}

/** A search with its leaderboard; asked again while it goes on, because a trial's start makes no event. */
export function useSearch(searchId: string): UseQueryResult<Search> {
  return useQuery({
    queryKey: ['searches', 'one', searchId],
    queryFn: ({ signal }) => requestJson<Search>(`${base}/${searchId}`, { signal }),
    refetchInterval: (query) =>
      query.state.data !== undefined && isOpen(query.state.data) ? 5_000 : false,
  })
}

/** Ends a search; the trials that are scored stay. */
export function useCancelSearch(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (searchId: string) => requestJson(`${base}/${searchId}/cancel`, { method: 'POST' }),
    onSuccess: () => sayDone('The search is ending'),
    onError: (error) => sayFailed('cancel the search', error),
    onSettled: () => void client.invalidateQueries({ queryKey: ['searches'] }),
  })
}
