import type { Http } from '@millrace/sdk'
import { MillraceApiError } from '@millrace/sdk'
import { localTree } from './local-files.ts'
import type {
  FileTree,
  Source,
  SourceExperiment,
  SourceLoggedModel,
  SourceMetric,
  SourceModel,
  SourceRun,
  SourceVersion,
} from './source.ts'

const api = '/api/2.0/mlflow'
const proxy = '/api/2.0/mlflow-artifacts/artifacts'

/** A running MLflow server. */
export function httpSource(http: Http): Source {
  return {
    name: http.url.replace(/\/\/[^@/]*@/, '//'),
    experiments: () => experiments(http),
    runs: (experimentId) => runs(http, experimentId),
    history: (runId, key) => history(http, runId, key),
    loggedModels: (experimentId) => loggedModels(http, experimentId),
    models: () => models(http),
    versions: (name) => versions(http, name),
    files: async (uri) => (isProxied(uri) ? proxiedTree(http, uri) : localTree(uri)),
    close: () => undefined,
  }
}

interface Page {
  readonly next_page_token?: string
}

type Ask<T> = (pageToken: string | undefined) => Promise<T>

async function* pages<T>(ask: Ask<T & Page>): AsyncGenerator<T & Page> {
  let token: string | undefined
  do {
    const page = await ask(token)
    yield page
    token = page.next_page_token || undefined
  } while (token !== undefined)
}

async function* experiments(http: Http): AsyncGenerator<SourceExperiment> {
  const all = pages<{ experiments?: SourceExperiment[] }>((page_token) =>
    http.call('POST', `${api}/experiments/search`, {
      body: { max_results: 1_000, view_type: 'ALL', page_token },
    }),
  )
  for await (const page of all) yield* page.experiments ?? []
}

async function* runs(http: Http, experimentId: string): AsyncGenerator<readonly SourceRun[]> {
  const all = pages<{ runs?: SourceRun[] }>((page_token) =>
    http.call('POST', `${api}/runs/search`, {
      body: {
        experiment_ids: [experimentId],
        max_results: 500,
        run_view_type: 'ALL',
        order_by: ['attributes.start_time ASC'],
        page_token,
      },
    }),
  )
  for await (const page of all) yield page.runs ?? []
}

async function* history(
  http: Http,
  run_id: string,
  metric_key: string,
): AsyncGenerator<readonly SourceMetric[]> {
  const all = pages<{ metrics?: SourceMetric[] }>((page_token) =>
    http.call('GET', `${api}/metrics/get-history`, {
      query: { run_id, metric_key, max_results: 25_000, page_token },
    }),
  )
  for await (const page of all) yield page.metrics ?? []
}

async function* loggedModels(
  http: Http,
  experimentId: string,
): AsyncGenerator<readonly SourceLoggedModel[]> {
  const all = pages<{ models?: SourceLoggedModel[] }>(async (page_token) => {
    const body = { experiment_ids: [experimentId], max_results: 50, page_token }
    try {
      return await http.call('POST', `${api}/logged-models/search`, { body })
    } catch (error) {
      // Before MLflow 3 there were none.
      if (error instanceof MillraceApiError && error.status === 404) return {}
      throw error
    }
  })
  for await (const page of all) yield page.models ?? []
}

/** Searches leave prompts out unless they ask for them. */
const onlyPrompts = "tag.`mlflow.prompt.is_prompt` = 'true'"

async function* models(http: Http): AsyncGenerator<SourceModel> {
  const seen = new Set<string>()
  for (const filter of [undefined, onlyPrompts]) {
    const all = pages<{ registered_models?: SourceModel[] }>((page_token) =>
      http.call('GET', `${api}/registered-models/search`, {
        query: { max_results: 1_000, filter, page_token },
      }),
    )
    for await (const page of all) {
      for (const model of page.registered_models ?? []) {
        if (!seen.has(model.name)) yield model
        seen.add(model.name)
      }
    }
  }
}

async function* versions(http: Http, name: string): AsyncGenerator<SourceVersion> {
  const ofModel = `name='${name.replaceAll("'", String.raw`\'`)}'`
  const seen = new Set<string>()
  for (const filter of [ofModel, `${ofModel} AND ${onlyPrompts}`]) {
    const all = pages<{ model_versions?: SourceVersion[] }>((page_token) =>
      http.call('GET', `${api}/model-versions/search`, {
        query: { filter, max_results: 10_000, page_token },
      }),
    )
    for await (const page of all) {
      for (const version of page.model_versions ?? []) {
        if (!seen.has(version.version)) yield version
        seen.add(version.version)
      }
    }
  }
}

function isProxied(uri: string): boolean {
  return uri.startsWith('mlflow-artifacts:')
}

/** What a proxied URI names at its server: `mlflow-artifacts:/1/abc` is `1/abc`. */
export function proxiedPath(uri: string): string {
  return uri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/*/, '')
}

function proxiedTree(http: Http, uri: string): FileTree {
  const root = proxiedPath(uri)
  return {
    list: () => walk(http, root, ''),
    read: async (path) => {
      const encoded = `${root}/${path}`.split('/').map(encodeURIComponent).join('/')
      const response = await http.open('GET', `${proxy}/${encoded}`)
      if (response.body) return response.body
      throw new Error(`${http.url} answered without a body for ${root}/${path}`)
    },
  }
}

interface Listed {
  readonly files?: readonly { readonly path: string; readonly is_dir?: boolean }[]
}

async function* walk(http: Http, root: string, below: string): AsyncGenerator<string> {
  const path = below === '' ? root : `${root}/${below}`
  const { files = [] } = await http.call<Listed>('GET', proxy, { query: { path } })
  for (const file of files) {
    const relative = below === '' ? file.path : `${below}/${file.path}`
    if (file.is_dir) yield* walk(http, root, relative)
    else yield relative
  }
}
