import type { Http } from './http.ts'

export interface Evaluation {
  readonly id: string
  readonly model: string
  readonly version: number
  readonly passed: boolean
  readonly checks: readonly {
    readonly id: string
    readonly passed: boolean
    /** What was found. */
    readonly value: unknown
    /** What was allowed. */
    readonly limit: string
  }[]
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
