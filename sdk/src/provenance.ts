import type { Http } from './http.ts'

const base = '/api/millrace/1.0/provenance'

export interface Replay {
  readonly replay_id?: string
  readonly identical?: boolean
  readonly differences?: readonly unknown[]
  readonly [field: string]: unknown
}

/** Where a thing comes from, and making it again. */
export interface ProvenanceApi {
  /** `node` as lineage writes it: `model:churn/3`. */
  readonly why: (node: string) => Promise<Readonly<Record<string, unknown>>>
  readonly replay: (node: string) => Promise<Replay>
}

export function provenanceApi(http: Http): ProvenanceApi {
  return {
    why: (node) => http.call('GET', `${base}/why`, { query: { node } }),
    replay: (node) => http.call('POST', `${base}/replay`, { body: { node } }),
  }
}
