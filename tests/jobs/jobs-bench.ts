import { dirname } from 'node:path'
import { expect } from 'vitest'
import { makeDirectories, writeFile } from '../../server/src/workspace/index.ts'
import { buildApp, migrations } from '../../server/src/app.ts'
import { coreMigrations, type App } from '../../server/src/core/index.ts'
import { testCtx, type TestCtx, type TestDialect } from '../../server/src/core/testing.ts'
import { startCompute } from '../../server/src/compute/index.ts'
import { startTables } from '../../server/src/tables/index.ts'
import { startJobs } from '../../server/src/jobs/index.ts'

const rooms = migrations.filter((room) => room !== coreMigrations)

type Body = Record<string, unknown>

/** The Jobs API over a private database, with its engine running. Use with `await using`. */
export interface JobsBench extends AsyncDisposable {
  readonly ctx: TestCtx
  readonly app: App
  readonly post: (path: string, body: Body) => Promise<Body>
  readonly get: (path: string, query: Record<string, string>) => Promise<Body>
  /** Creates a job with these tasks, runs it, and answers its run id. */
  readonly run: (settings: Body, overrides?: Body) => Promise<number>
  /** The run, once it has ended. */
  readonly ended: (runId: number) => Promise<RunView>
  readonly view: (runId: number) => Promise<RunView>
  /** Puts a file into the workspace. */
  readonly write: (path: string, text: string) => Promise<void>
  /** Ends the engine and starts another over the same database. */
  readonly restart: () => Promise<void>
}

export interface RunView {
  readonly state: {
    readonly life_cycle_state: string
    readonly result_state?: string
    readonly state_message: string
  }
  readonly tasks: readonly TaskView[]
  readonly [field: string]: unknown
}

export interface TaskView {
  readonly run_id: number
  readonly task_key: string
  readonly attempt_number: number
  readonly state: RunView['state']
  readonly [field: string]: unknown
}

export async function jobsBench(
  dialect: TestDialect = 'sqlite',
  options: { readonly uv?: string } = {},
): Promise<JobsBench> {
  const stack = new AsyncDisposableStack()
  const ctx = stack.use(await testCtx(dialect, ...rooms))
  Object.assign(ctx, { config: { ...ctx.config, uvPath: options.uv } })
  const app = await buildApp(ctx)
  stack.defer(() => app.close())
  Object.assign(ctx, { url: await app.listen({ host: '127.0.0.1', port: 0 }) })
  stack.use(await startCompute(ctx))
  stack.use(await startTables(ctx))
  let engine = await startJobs(ctx)
  stack.defer(() => engine[Symbol.asyncDispose]())
  const post: JobsBench['post'] = async (path, body) => {
    const response = await app.inject({ method: 'POST', url: `/api/2.2/jobs/${path}`, body })
    if (response.statusCode !== 200) throw new Error(response.body)
    return response.json()
  }
  const get: JobsBench['get'] = async (path, query) => {
    const response = await app.inject({ method: 'GET', url: `/api/2.2/jobs/${path}`, query })
    if (response.statusCode !== 200) throw new Error(response.body)
    return response.json()
  }
  const view = async (runId: number) =>
    (await get('runs/get', { run_id: String(runId) })) as unknown as RunView
  return {
    ctx,
    app,
    post,
    get,
    view,
    async run(settings, overrides = {}) {
      const { job_id: jobId } = await post('create', settings)
      const { run_id: runId } = await post('run-now', { job_id: jobId, ...overrides })
      return Number(runId)
    },
    async ended(runId) {
      await expect
        .poll(async () => (await view(runId)).state.life_cycle_state, {
          timeout: 20_000,
          interval: 5,
        })
        .toMatch(/TERMINATED|SKIPPED|INTERNAL_ERROR/)
      return view(runId)
    },
    async write(path, text) {
      const content = Buffer.from(text)
      await makeDirectories(ctx, dirname(path))
      await writeFile(ctx, { path, content, overwrite: true })
    },
    async restart() {
      await engine[Symbol.asyncDispose]()
      engine = await startJobs(ctx)
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

type Polled<T> = ReturnType<typeof expect.poll<T>>

/** Looks again until what is expected is so; patient, because builds and processes take their time. */
export function eventually<T>(read: () => T | Promise<T>): Polled<T> {
  return expect.poll(read, { timeout: 25_000, interval: 5 })
}

/** `{ a: 'SUCCESS', b: 'UPSTREAM_FAILED' }` of the latest attempts. */
export function results(run: RunView): Record<string, string | undefined> {
  return Object.fromEntries(run.tasks.map((task) => [task.task_key, task.state.result_state]))
}
