import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

/** One check of a promotion contract and what it found. */
export interface Check {
  readonly name: string
  readonly kind?: string
  readonly passed: boolean
  readonly value?: number | string | null
  readonly limit?: number | string | null
  readonly champion?: number | string | null
  readonly slice?: string
  readonly detail?: string
}

export interface Evaluation {
  readonly evaluation_id: string
  readonly model: string
  readonly version: number | string
  readonly passed: boolean
  readonly created_at?: number
  readonly champion_version?: number | string | null
  readonly checks?: readonly Check[]
}

/** The evaluations of a version, newest first. */
export function useEvaluations(
  model: string,
  version: string,
): UseQueryResult<readonly Evaluation[]> {
  return useQuery({
    queryKey: ['evaluations', model, version],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ evaluations?: readonly Evaluation[] }>(
        '/api/millrace/1.0/gates/evaluations',
        { query: { model, version }, signal },
      )
      return answer.evaluations ?? []
    },
  })
}
