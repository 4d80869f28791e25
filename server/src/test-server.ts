import { buildApp, migrations } from './app.ts'
import type { App } from './core/index.ts'
import { testCtx, type TestCtx, type TestDialect } from './core/testing.ts'

export interface TestServer extends AsyncDisposable {
  readonly ctx: TestCtx
  readonly app: App
  /** Calls an MLflow RPC; the answer's status and JSON. */
  readonly call: (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    input?: Readonly<Record<string, unknown>>,
  ) => Promise<{ readonly status: number; readonly body: Answer }>
}

/** Enough of an answer's shape to reach into it. */
export type Answer = { readonly [key: string]: Answer } & readonly Answer[]

/** The whole app over an empty database. */
export async function testServer(dialect: TestDialect): Promise<TestServer> {
  const ctx = await testCtx(dialect, ...migrations.slice(1))
  const app = await buildApp(ctx)
  return {
    ctx,
    app,
    async call(method, path, input) {
      const url = `/api/2.0/mlflow/${path}`
      const given =
        method === 'GET' ? { query: input as Record<string, string> } : { body: input ?? {} }
      const response = await app.inject({ method, url, ...given })
      return { status: response.statusCode, body: response.json() as Answer }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await ctx[Symbol.asyncDispose]()
    },
  }
}
