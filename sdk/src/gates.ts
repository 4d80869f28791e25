import type { Http } from './http.ts'

export interface Evaluation {
  readonly id: string
  readonly model: string
  readonly version: number
  /** Of promotion.yaml. */
  readonly contract_version: number
  /** The live version that it was compared with. */
  readonly champion_version: number | null
  readonly dataset: { readonly table: string; readonly version: number | null }
  readonly passed: boolean
  readonly checks: readonly Check[]
  readonly principal: string
  /** Epoch milliseconds. */
  readonly created_at: number
}

export interface Check {
  readonly kind: 'scoring' | 'threshold' | 'champion' | 'slice' | 'schema' | 'document'
  readonly id: string
  readonly passed: boolean
  /** What was found. */
  readonly value: number | string | null
  /** What was allowed. */
  readonly limit: string
  /** The same of the live version. */
  readonly champion: number | null
  /** Rows behind the value. */
  readonly rows: number | null
}

const base = '/api/millrace/1.0/gates'

/** Promotion contracts and what they said of a version. */
export interface GatesApi {
  /** `contract` is promotion.yaml's content. */
  readonly putContract: (model: string, contract: string) => Promise<void>
  /** Checks the version and acts: Staging and a request for Production, or Archived. */
  readonly evaluate: (model: string, version: string) => Promise<Evaluation>
}

export function gatesApi(http: Http): GatesApi {
  return {
    putContract: async (model, contract) => {
      const path = `${base}/contracts/${encodeURIComponent(model)}`
      await http.call('PUT', path, { body: { contract } })
    },
    evaluate: (model, version) => {
      const body = { model, version: Number(version) }
      return http.call('POST', `${base}/evaluations`, { body })
    },
  }
}
