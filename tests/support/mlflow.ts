import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'

export interface MlflowServer extends AsyncDisposable {
  readonly url: string
  /** Its SQLite file. */
  readonly database: string
  /** Where it keeps what `mlflow-artifacts:` names. */
  readonly artifacts: string
}

/** MLflow's own server with one worker, on SQLite, in a folder of its own. Use with `await using`. */
export async function startMlflowServer(): Promise<MlflowServer> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-mlflow-'))
  const database = join(folder, 'mlflow.db')
  const artifacts = join(folder, 'artifacts')
  const port = String(await freePort())
  const args = '-m mlflow server --host 127.0.0.1 --workers 1 --port'.split(' ')
  const stores = ['--backend-store-uri', `sqlite:///${database}`]
  const child = spawn(
    await ensurePythonEnv('mlflow'),
    [...args, port, ...stores, '--artifacts-destination', artifacts],
    {
      cwd: folder,
      env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true' },
      // A group of its own: its workers end with it.
      detached: true,
      stdio: 'ignore',
    },
  )
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  const server = {
    url,
    database,
    artifacts,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL')
      await exited
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  for (let tries = 0; tries < 3_000; tries += 1) {
    if (child.exitCode !== null) break
    const ready = await fetch(`${url}/health`).catch(() => undefined)
    if (ready?.ok) return server
    await delay(100)
  }
  await server[Symbol.asyncDispose]()
  throw new Error('mlflow server did not start')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('No port was given')
  return address.port
}
