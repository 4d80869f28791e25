import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

export interface ViewDefinition {
  readonly name: string
  readonly table: string
  readonly keys: readonly string[]
  readonly event_time: string
  readonly lookback?: string
  readonly columns?: readonly { readonly column: string; readonly as: string }[]
  readonly aggregations?: readonly {
    readonly column: string
    readonly function: string
    readonly window: string
    readonly as: string
  }[]
}

export interface FeatureView {
  readonly name: string
  readonly version: number
  readonly definition: ViewDefinition
  readonly creator: string
  readonly created_at: number
}

/** Every feature view. */
export function useViews(): UseQueryResult<readonly FeatureView[]> {
  return useQuery({
    queryKey: ['features', 'views'],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ views?: readonly FeatureView[] }>(
        '/api/millrace/1.0/features/views',
        { query: { limit: 1000 }, signal },
      )
      return answer.views ?? []
    },
  })
}
