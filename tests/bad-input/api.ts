import { expect, vi } from 'vitest'
import type { ServerProcess } from '../support/server.ts'

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface RunState {
  readonly state: {
    readonly life_cycle_state: string
    readonly result_state?: string
    readonly state_message: string
  }
  readonly tasks: readonly { readonly task_key: string; readonly run_id: number }[]
}

export interface StatementAnswer {
  readonly status: {
    readonly state: string
    readonly error?: { readonly error_code: string; readonly message: string }
  }
  readonly result?: { readonly data_array?: readonly (readonly string[])[] }
}

/** A server's HTTP API as the tests of bad input use it. */
export interface Api {
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>
  readonly get: <T>(path: string) => Promise<T>
  readonly post: <T>(path: string, body: unknown) => Promise<T>
  readonly upload: (method: string, path: string, body: string | Buffer) => Promise<Answer>
  readonly sql: (statement: string) => Promise<StatementAnswer>
  /** The newest version of a table; undefined when there is no such table. */
  readonly version: (table: string) => Promise<number | undefined>
  /** Submits one Python task and answers its run. */
  readonly submitPython: (name: string, code: string) => Promise<number>
  /** Waits until the run has ended. */
  readonly ended: (runId: number) => Promise<RunState>
  /** What the newest attempt of a run's last task has printed so far. */
  readonly log: (runId: number) => Promise<string>
}

export function apiOf(server: Pick<ServerProcess, 'url'>): Api {
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  const ok = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await call(method, path, body)
    expect(answer).toMatchObject({ status: 200 })
    return answer.body as T
  }
  const get = <T>(path: string): Promise<T> => ok('GET', path)
  const post = <T>(path: string, body: unknown): Promise<T> => ok('POST', path, body)
  const run = (runId: number): Promise<RunState> => get(`/api/2.2/jobs/runs/get?run_id=${runId}`)
  const isOver = async (runId: number): Promise<boolean> =>
    ['TERMINATED', 'INTERNAL_ERROR', 'SKIPPED'].includes((await run(runId)).state.life_cycle_state)
  return {
    call,
    get,
    post,
    sql: (statement) =>
      post('/api/2.0/sql/statements', { statement, warehouse_id: 'default', wait_timeout: '30s' }),
    async upload(method, path, body) {
      const type = typeof body === 'string' ? 'text/csv' : 'application/octet-stream'
      const response = await fetch(`${server.url}${path}`, {
        method,
        headers: { 'content-type': type },
        body: typeof body === 'string' ? body : new Uint8Array(body),
      })
      return { status: response.status, body: (await response.json()) as Answer['body'] }
    },
    async version(table) {
      const answer = await call('GET', `/api/millrace/1.0/tables/${table}`)
      return answer.status === 404 ? undefined : Number(answer.body['version'])
    },
    async submitPython(name, code) {
      const path = `/Shared/${name}.py`
      const content = Buffer.from(code).toString('base64')
      await post('/api/2.0/workspace/import', { path, content, format: 'AUTO', overwrite: true })
      const { run_id: runId } = await post<{ run_id: number }>('/api/2.2/jobs/runs/submit', {
        tasks: [{ task_key: name, spark_python_task: { python_file: path } }],
      })
      return runId
    },
    async ended(runId) {
      await vi.waitUntil(() => isOver(runId), { timeout: 60_000, interval: 50 })
      return run(runId)
    },
    async log(runId) {
      const task = (await run(runId)).tasks.at(-1)
      const output = await get<{ logs?: string }>(
        `/api/2.2/jobs/runs/get-output?run_id=${task?.run_id}`,
      )
      return output.logs ?? ''
    },
  }
}
