import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

/** A fact of lineage: something used, made or decided something else. */
export interface Edge {
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly at?: number
  readonly data?: Readonly<Record<string, unknown>>
}

export interface Why {
  readonly node?: string
  readonly edges?: readonly Edge[]
  readonly [section: string]: unknown
}

/** Why a thing is as it is: everything that led to it. */
export function useWhy(node: string, enabled = true): UseQueryResult<Why> {
  return useQuery({
    queryKey: ['why', node],
    enabled,
    queryFn: ({ signal }) =>
      requestJson<Why>('/api/millrace/1.0/provenance/why', { query: { node }, signal }),
  })
}
