import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'

const churnData = fileURLToPath(new URL('../../examples/churn/data', import.meta.url))

export interface TrialView {
  readonly trial: number
  readonly rank: number | null
  readonly learner: string
  readonly state: string
  readonly score: number | null
  readonly metrics: Readonly<Record<string, number>>
  readonly params: Readonly<Record<string, unknown>>
  readonly run_id: string
  readonly model_uri: string | null
  readonly notebook_path: string | null
  readonly error: string | null
}

export interface SearchView {
  readonly search_id: string
  readonly name: string
  readonly state: string
  readonly message: string | null
  readonly run_id: string
  readonly experiment_id: string
  readonly environment: string
  readonly dataset: { readonly table: string; readonly version: number; readonly sha256: string }
  readonly exploration_notebook: string | null
  readonly leaderboard: readonly TrialView[]
  readonly best_trial: TrialView | null
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** A real server with the churn table, and what the tests ask of it. */
export interface AutomlBench extends AsyncDisposable {
  readonly server: ServerProcess
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>
  readonly sql: (statement: string) => Promise<void>
  readonly start: (body: object) => Promise<SearchView>
  readonly view: (searchId: string) => Promise<SearchView>
  readonly ended: (searchId: string) => Promise<SearchView>
  readonly notebook: (path: string) => Promise<string>
}

export async function automlBench(): Promise<AutomlBench> {
  const server = await startServer({ args: ['--external-location', churnData] })
  const call: AutomlBench['call'] = async (method, path, body) => {
    const response = await fetch(server.url + path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return { status: response.status, body: await response.json() }
  }
  const get = async <T>(path: string): Promise<T> => {
    const answer = await call('GET', path)
    expect({ path, ...answer }).toMatchObject({ status: 200 })
    return answer.body as T
  }
  const searches = '/api/millrace/1.0/automl/searches'
  const view = (searchId: string) => get<SearchView>(`${searches}/${searchId}`)
  return {
    server,
    call,
    sql: async (statement) => {
      const answer = await call('POST', '/api/2.0/sql/statements', {
        warehouse_id: 'default',
        statement,
        wait_timeout: '50s',
      })
      expect(answer.body).toMatchObject({ status: { state: 'SUCCEEDED' } })
    },
    start: async (body) => {
      const answer = await call('POST', searches, body)
      expect(answer).toMatchObject({ status: 200 })
      return answer.body as SearchView
    },
    view,
    ended: async (searchId) => {
      const hasEnded = async () =>
        ['FINISHED', 'FAILED', 'CANCELLED'].includes((await view(searchId)).state)
      await vi.waitUntil(hasEnded, { timeout: 170_000, interval: 200 })
      return view(searchId)
    },
    notebook: async (path) => {
      const query = `path=${encodeURIComponent(path)}&format=JUPYTER&direct_download=true`
      const response = await fetch(`${server.url}/api/2.0/workspace/export?${query}`)
      expect(response.status).toBe(200)
      return response.text()
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

export async function loadChurn({ call }: AutomlBench): Promise<void> {
  const answer = await call('POST', '/api/millrace/1.0/tables/main.churn.training/ingest', {
    path: `${churnData}/telco_churn.csv`,
    format: 'csv',
    mode: 'overwrite',
  })
  expect(answer).toMatchObject({ status: 200 })
}
