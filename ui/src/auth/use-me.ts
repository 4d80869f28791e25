import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

export interface Me {
  readonly id: string
  readonly userName: string
  readonly displayName?: string
}

/** Who the server takes this browser's user for. */
export function useMe(): UseQueryResult<Me> {
  return useQuery({
    queryKey: ['me'],
    staleTime: 300_000,
    queryFn: ({ signal }) => requestJson<Me>('/api/2.0/preview/scim/v2/Me', { signal }),
  })
}
