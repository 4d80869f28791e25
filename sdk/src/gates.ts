import type { Http } from './http.ts'

export interface Evaluation {
  readonly evaluation_id: string
  readonly model: string
  readonly version: string
  readonly passed: boolean
  readonly checks?: readonly {
    readonly check: string
    readonly passed: boolean
    readonly found?: unknown
    readonly limit?: unknown
    readonly message?: string
  }[]
}

const base = '/api/millrace/1.0/gates'

/** Promotion contracts and what they said of a version. */
export interface GatesApi {
  /** `contract` is promotion.yaml's content. */
  readonly putContract: (model: string, contract: string) => Promise<void>
  readonly evaluate: (input: {
    readonly model: string
    readonly version: string
    readonly dataset: { readonly table: string; readonly version?: number }
  }) => Promise<Evaluation>
  readonly listEvaluations: (model: string, version: string) => Promise<readonly Evaluation[]>
}

export function gatesApi(http: Http): GatesApi {
  return {
    putContract: async (model, contract) => {
      const path = `${base}/contracts/${encodeURIComponent(model)}`
      await http.call('PUT', path, { body: { contract } })
    },
    evaluate: (input) => http.call('POST', `${base}/evaluations`, { body: input }),
    listEvaluations: async (model, version) => {
      const query = { model, version }
      const answer = await http.call<{ evaluations?: Evaluation[] }>('GET', `${base}/evaluations`, {
        query,
      })
      return answer.evaluations ?? []
    },
  }
}
