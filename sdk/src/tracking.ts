import type { Http } from './http.ts'

export interface KeyValue {
  readonly key: string
  readonly value: string
}

export interface MetricPoint {
  readonly key: string
  /** `NaN`, `Infinity` and `-Infinity` are text. */
  readonly value: number | string
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly step: number
  readonly model_id?: string
  readonly dataset_name?: string
  readonly dataset_digest?: string
}

export interface Experiment {
  readonly experiment_id: string
  readonly name: string
  readonly lifecycle_stage: 'active' | 'deleted'
}

export interface TrackedRun {
  readonly info: { readonly run_id: string; readonly lifecycle_stage: 'active' | 'deleted' }
  readonly data: {
    readonly metrics?: readonly MetricPoint[]
    readonly params?: readonly KeyValue[]
    readonly tags?: readonly KeyValue[]
  }
}

export interface RunBatch {
  /** At most 1,000. */
  readonly metrics?: readonly MetricPoint[]
  /** At most 100. */
  readonly params?: readonly KeyValue[]
  /** At most 100. */
  readonly tags?: readonly KeyValue[]
}

export interface RunSearch {
  readonly experiment_ids: readonly string[]
  /** MLflow's filter language. */
  readonly filter?: string
  /** @default ACTIVE_ONLY */
  readonly run_view_type?: 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL'
}

export interface ImportedItem {
  readonly id: string
  readonly artifact_uri: string
  /** False when it was there already. */
  readonly is_new: boolean
}

export interface ImportAnswer {
  readonly runs: readonly ImportedItem[]
  readonly logged_models: readonly ImportedItem[]
}

/** What garbage collection looks at; everything in state deleted when no ids are given. */
export interface GcRequest {
  /** Only say what would go. */
  readonly dry_run: boolean
  /** Only what has been in state deleted for at least so long. */
  readonly older_than_seconds: number
  readonly run_ids?: readonly string[] | undefined
  readonly experiment_ids?: readonly string[] | undefined
  readonly logged_model_ids?: readonly string[] | undefined
}

export interface GcItem {
  readonly kind: 'run' | 'logged_model' | 'experiment'
  readonly id: string
  /** The folder of the artifact store that goes; null when the place is not its own. */
  readonly artifacts: string | null
}

export interface GcReport {
  readonly deleted: readonly GcItem[]
  readonly kept: readonly (GcItem & { readonly because: readonly string[] })[]
}

const base = '/api/2.0/mlflow'

/** Experiments, runs and their artifacts. */
export interface TrackingApi {
  /** Also finds a deleted one. */
  readonly findExperiment: (name: string) => Promise<Experiment | undefined>
  readonly createExperiment: (name: string, tags: readonly KeyValue[]) => Promise<string>
  readonly deleteExperiment: (experimentId: string) => Promise<void>
  /** Every run that is found, page by page. */
  readonly searchRuns: (search: RunSearch) => AsyncIterable<readonly TrackedRun[]>
  readonly logBatch: (runId: string, batch: RunBatch) => Promise<void>
  readonly logInputs: (runId: string, datasets: readonly object[]) => Promise<void>
  readonly logOutputs: (runId: string, models: readonly object[]) => Promise<void>
  readonly deleteRun: (runId: string) => Promise<void>
  readonly getLoggedModelTags: (modelId: string) => Promise<readonly KeyValue[]>
  readonly setLoggedModelTags: (modelId: string, tags: readonly KeyValue[]) => Promise<void>
  /** Stores a file at an `mlflow-artifacts:` URI. */
  readonly upload: (uri: string, content: ReadableStream<Uint8Array>) => Promise<void>
  /** Makes runs and logged models under the ids they have elsewhere. */
  readonly importItems: (items: {
    readonly runs?: readonly object[]
    readonly logged_models?: readonly object[]
  }) => Promise<ImportAnswer>
  /** Deletes for good what is deleted and nothing needs. */
  readonly collectGarbage: (request: GcRequest) => Promise<GcReport>
}

export function trackingApi(http: Http): TrackingApi {
  const post = async <T>(path: string, body: object): Promise<T> =>
    http.call<T>('POST', `${base}/${path}`, { body })
  return {
    findExperiment: async (name) => {
      const search = { filter: `name = '${name.replaceAll("'", "''")}'`, view_type: 'ALL' }
      const found = await post<{ experiments?: Experiment[] }>('experiments/search', {
        ...search,
        max_results: 10,
      })
      return found.experiments?.find((experiment) => experiment.name === name)
    },
    createExperiment: async (name, tags) =>
      (await post<{ experiment_id: string }>('experiments/create', { name, tags })).experiment_id,
    deleteExperiment: async (experiment_id) => {
      await post('experiments/delete', { experiment_id })
    },
    searchRuns: (search) => searchRuns(post, search),
    logBatch: async (run_id, batch) => {
      await post('runs/log-batch', { run_id, ...batch })
    },
    logInputs: async (run_id, datasets) => {
      await post('runs/log-inputs', { run_id, datasets })
    },
    logOutputs: async (run_id, models) => {
      await post('runs/outputs', { run_id, models })
    },
    deleteRun: async (run_id) => {
      await post('runs/delete', { run_id })
    },
    getLoggedModelTags: async (modelId) => {
      const path = `${base}/logged-models/${encodeURIComponent(modelId)}`
      type Answer = { model: { info: { tags?: KeyValue[] } } }
      return (await http.call<Answer>('GET', path)).model.info.tags ?? []
    },
    setLoggedModelTags: async (modelId, tags) => {
      const path = `${base}/logged-models/${encodeURIComponent(modelId)}/tags`
      await http.call('PATCH', path, { body: { tags } })
    },
    upload: async (uri, content) => {
      const path = uri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/*/, '')
      const encoded = path.split('/').map(encodeURIComponent).join('/')
      await http.text('PUT', `/api/2.0/mlflow-artifacts/artifacts/${encoded}`, { body: content })
    },
    collectGarbage: (body) => http.call('POST', '/api/millrace/1.0/tracking/gc', { body }),
    importItems: (body) => http.call('POST', '/api/millrace/1.0/tracking/import', { body }),
  }
}

type Post = <T>(path: string, body: object) => Promise<T>

async function* searchRuns(post: Post, search: RunSearch): AsyncGenerator<readonly TrackedRun[]> {
  let page_token: string | undefined
  do {
    const page = await post<{ runs?: TrackedRun[]; next_page_token?: string }>('runs/search', {
      ...search,
      max_results: 1_000,
      page_token,
    })
    yield page.runs ?? []
    page_token = page.next_page_token
  } while (page_token)
}
