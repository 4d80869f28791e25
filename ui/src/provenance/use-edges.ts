import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

/** A recorded fact: something used, made or decided something else. */
export interface Edge {
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly principal?: string
  /** Epoch milliseconds. */
  readonly at?: number
}

/** What was recorded about one thing, in both directions. */
export function useEdges(node: string): UseQueryResult<readonly Edge[]> {
  return useQuery({
    queryKey: ['edges', node],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ edges?: readonly Edge[] }>(
        '/api/millrace/1.0/provenance/edges',
        { query: { node }, signal },
      )
      return answer.edges ?? []
    },
  })
}
