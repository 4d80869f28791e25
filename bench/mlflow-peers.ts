import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensurePythonEnv } from '../scripts/python-envs.mjs'
import { freePort, startPeer, type Peer } from './harness.ts'

const repo = fileURLToPath(new URL('..', import.meta.url))

/** Our server in a data folder of its own, on SQLite unless a Postgres is given. */
export async function startMillrace(folder: string, databaseUrl?: string): Promise<Peer> {
  const port = await freePort()
  const args = ['cli/bin/millrace.mjs', 'server', '--port', String(port), '--data-dir', folder]
  if (databaseUrl !== undefined) args.push('--database-url', databaseUrl)
  return startPeer({
    command: process.execPath,
    args,
    cwd: repo,
    url: `http://127.0.0.1:${port}`,
  })
}

export interface MlflowPeer extends Peer {
  readonly version: string
}

/** The newest MLflow server on SQLite, started as its documentation says; its own workers unless given. */
export async function startMlflow(folder: string, workers?: number): Promise<MlflowPeer> {
  const python = await ensurePythonEnv('mlflow')
  const port = await freePort()
  const store = `sqlite:///${join(folder, 'mlflow.db')}`
  const artifacts = join(folder, 'artifacts')
  const args = `-m mlflow server --host 127.0.0.1 --port ${port}`.split(' ')
  args.push('--backend-store-uri', store, '--artifacts-destination', artifacts)
  if (workers !== undefined) args.push('--workers', String(workers))
  const url = `http://127.0.0.1:${port}`
  const env = { MLFLOW_DISABLE_TELEMETRY: 'true' }
  const peer = await startPeer({ command: python, args, env, url, cwd: folder })
  const asked = spawnSync(python, ['-c', 'import mlflow; print(mlflow.__version__)'])
  return {
    ...peer,
    version: asked.stdout.toString().trim(),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  }
}

/** Calls an MLflow RPC and answers its JSON. */
export async function call<T>(url: string, path: string, body: object): Promise<T> {
  const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** Starts runs to log to; answers their ids. */
export async function createRuns(url: string, count: number): Promise<string[]> {
  const runs: string[] = []
  for (let i = 0; i < count; i += 1) {
    const made = await call<{ run: { info: { run_id: string } } }>(url, 'runs/create', {
      experiment_id: '0',
      start_time: Date.now(),
    })
    runs.push(made.run.info.run_id)
  }
  return runs
}
