import type { Http } from './http.ts'

export interface ModelVersion {
  readonly name: string
  readonly version: string
  readonly current_stage: string
  readonly run_id?: string
  readonly description?: string
  readonly tags?: readonly { readonly key: string; readonly value: string }[]
}

export interface RegisteredModel {
  readonly name: string
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[]
}

export interface TransitionRequest {
  readonly request_id: string
  /** Of the model. */
  readonly name: string
  readonly version: string
  readonly stage: string
  readonly creator: string
  readonly comment: string
  /** Epoch milliseconds; null when it never expires. */
  readonly expires_at: number | null
  /** Users, or `*` for everyone but the creator. */
  readonly approvers: readonly string[]
}

export interface Decision {
  readonly name: string
  readonly version: string
  readonly stage: string
  readonly comment?: string | undefined
}

const base = '/api/2.0/mlflow'

/** Models, versions, stages and who may change them. */
export interface RegistryApi {
  readonly getModel: (name: string) => Promise<RegisteredModel>
  readonly getVersion: (name: string, version: string) => Promise<ModelVersion>
  /** Newest first; of a prompt only when asked so. */
  readonly listVersions: (
    name: string,
    options?: { readonly isPrompt: boolean },
  ) => Promise<readonly ModelVersion[]>
  readonly listOpenRequests: () => Promise<readonly TransitionRequest[]>
  /** Newest last. */
  readonly listComments: (
    name: string,
    version: string,
  ) => Promise<readonly { readonly comment: string; readonly user_id: string }[]>
  /** Adds a model of another server with its versions; answers how many are new. */
  readonly importModel: (model: object) => Promise<number>
  readonly approve: (decision: Decision) => Promise<void>
  readonly reject: (decision: Decision) => Promise<void>
}

export function registryApi(http: Http): RegistryApi {
  return {
    getModel: async (name) => {
      const path = `${base}/registered-models/get`
      type Answer = { registered_model: RegisteredModel }
      return (await http.call<Answer>('GET', path, { query: { name } })).registered_model
    },
    getVersion: async (name, version) => {
      const query = { name, version }
      const path = `${base}/model-versions/get`
      return (await http.call<{ model_version: ModelVersion }>('GET', path, { query }))
        .model_version
    },
    listVersions: async (name, { isPrompt } = { isPrompt: false }) => {
      const prompts = isPrompt ? " and tag.`mlflow.prompt.is_prompt` = 'true'" : ''
      const filter = `name='${name.replaceAll("'", "''")}'${prompts}`
      const query = { filter, max_results: 1000 }
      const path = `${base}/model-versions/search`
      const answer = await http.call<{ model_versions?: ModelVersion[] }>('GET', path, { query })
      return (answer.model_versions ?? []).toSorted((a, b) => Number(b.version) - Number(a.version))
    },
    listOpenRequests: async () => {
      const query = { open: true }
      const path = '/api/millrace/1.0/registry/requests'
      return (
        (await http.call<{ requests?: TransitionRequest[] }>('GET', path, { query })).requests ?? []
      )
    },
    listComments: async (name, version) => {
      const path = '/api/millrace/1.0/registry/comments'
      const query = { name, version }
      const answer = await http.call<{ comments: { comment: string; user_id: string }[] }>(
        'GET',
        path,
        { query },
      )
      return answer.comments
    },
    importModel: async (body) => {
      const path = '/api/millrace/1.0/registry/import'
      return (await http.call<{ versions_added: number }>('POST', path, { body })).versions_added
    },
    approve: async (decision) => {
      const body = { ...decision, archive_existing_versions: true }
      await http.call('POST', `${base}/transition-requests/approve`, { body })
    },
    reject: async (decision) => {
      await http.call('POST', `${base}/transition-requests/reject`, { body: decision })
    },
  }
}
