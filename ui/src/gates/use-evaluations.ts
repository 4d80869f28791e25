import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

export type CheckKind = 'scoring' | 'threshold' | 'champion' | 'slice' | 'schema' | 'document'

/** One check of a promotion contract and what it found. */
export interface Check {
  readonly kind: CheckKind
  /** `threshold.roc_auc`, `slice.contract=One year.roc_auc`; unique in its evaluation. */
  readonly id: string
  readonly passed: boolean
  readonly value: number | string | null
  /** What was allowed, as a sentence part: `at least 0.8`. */
  readonly limit: string
  readonly champion: number | null
  readonly rows: number | null
}

export interface Evaluation {
  readonly id: string
  readonly model: string
  readonly version: number
  readonly passed: boolean
  /** The live version it was compared with. */
  readonly champion_version: number | null
  readonly dataset: { readonly table: string; readonly version: number | null }
  readonly principal: string
  readonly created_at: number
  readonly checks: readonly Check[]
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
