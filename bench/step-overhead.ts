/**
 * Sequential light Python steps (fibo(10)), from start to end.
 *
 *   Millrace: a job of 40 tasks through the Jobs API, each a process of its own with its own folder
 *     and log, each state change committed; from the run-now request to the end of the run.
 *   Prefect: a flow of 40 tasks in one warm process against a running Prefect server on SQLite.
 *
 *   node bench/step-overhead.ts [--steps 40] [--runs 5]
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { ensurePythonEnv } from '../scripts/python-envs.mjs'
import { compare, freePort, startPeer } from './harness.ts'
import { startMillrace } from './mlflow-peers.ts'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '40' },
    runs: { type: 'string', default: '5' },
  },
})
const steps = Number(values.steps)

const fibo = `
def fibo(n):
    return n if n < 2 else fibo(n - 1) + fibo(n - 2)

fibo(10)
`

const done = new AbortController()
const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
try {
  await using server = await startMillrace(join(folder, 'ours'))
  const ours = await openJob(server.url, done.signal)
  await using flow = await openFlow(folder)
  // Warm on both sides; ours also learns how many waiting processes such a job needs.
  for (let run = 0; run < 3; run += 1) await ours()
  await compare(
    [
      {
        name: 'Millrace',
        version: 'this commit',
        durability: 'SQLite WAL, synchronous=FULL; a process per step',
        measure: async () => steps / (await ours()),
      },
      {
        name: 'Prefect',
        version: flow.version,
        durability: 'SQLite WAL, its own settings; all steps in one process',
        measure: async () => steps / (await flow.run()),
      },
    ],
    { title: `${steps} sequential Python steps`, unit: 'steps/s', runs: Number(values.runs) },
  )
  done.abort()
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function post<T>(url: string, path: string, body: object): Promise<T> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** Creates the job; what it returns runs it once and answers the seconds that took. */
async function openJob(url: string, signal: AbortSignal): Promise<() => Promise<number>> {
  const path = '/Shared/fibo.py'
  await post(url, '/api/2.0/workspace/mkdirs', { path: '/Shared' })
  const content = Buffer.from(fibo).toString('base64')
  await post(url, '/api/2.0/workspace/import', { path, content, format: 'RAW', overwrite: true })
  const tasks = Array.from({ length: steps }, (_, n) => ({
    task_key: `step${n}`,
    ...(n === 0 ? {} : { depends_on: [{ task_key: `step${n - 1}` }] }),
    spark_python_task: { python_file: path, source: 'WORKSPACE' },
  }))
  const job = await post<{ job_id: number }>(url, '/api/2.2/jobs/create', { name: 'steps', tasks })
  const ends = await runEnds(url, signal)
  return async () => {
    const started = performance.now()
    const run = await post<{ run_id: number }>(url, '/api/2.2/jobs/run-now', job)
    const result = await ends(run.run_id)
    if (result !== 'SUCCESS') throw new Error(`Run ${run.run_id} ended as ${result}`)
    return (performance.now() - started) / 1000
  }
}

/** Follows the server's events; what it returns resolves with a run's result once it has ended. */
async function runEnds(
  url: string,
  signal: AbortSignal,
): Promise<(runId: number) => Promise<string>> {
  const results = new Map<number, PromiseWithResolvers<string>>()
  const of = (runId: number) => {
    const known = results.get(runId) ?? Promise.withResolvers<string>()
    results.set(runId, known)
    return known
  }
  const response = await fetch(`${url}/api/millrace/1.0/events/stream`, { signal })
  if (!response.body) throw new Error('The server streams no events')
  const stream = Readable.fromWeb(response.body)
  // It ends, as an error, when the bench does.
  stream.on('error', () => {})
  const lines = createInterface({ input: stream })
  lines.on('error', () => {})
  lines.on('line', (line) => {
    if (!line.startsWith('data: ')) return
    const event = JSON.parse(line.slice('data: '.length)) as RunEvent
    if (event.type !== 'jobs.run_changed' || event.payload.result_state === null) return
    of(event.payload.run_id).resolve(event.payload.result_state)
  })
  return (runId) => of(runId).promise
}

interface RunEvent {
  readonly type: string
  readonly payload: { readonly run_id: number; readonly result_state: string | null }
}

interface Flow extends AsyncDisposable {
  readonly version: string
  /** Runs the flow once; the seconds that took by its own clock. */
  readonly run: () => Promise<number>
}

async function openFlow(home: string): Promise<Flow> {
  await using opening = new AsyncDisposableStack()
  const python = await ensurePythonEnv('prefect')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/api`
  const env = {
    PREFECT_HOME: join(home, 'prefect'),
    PREFECT_API_URL: url,
    PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
    PREFECT_LOGGING_LEVEL: 'WARNING',
    DO_NOT_TRACK: '1',
  }
  const serve = ['-m', 'prefect', 'server', 'start', '--host', '127.0.0.1', '--port', String(port)]
  opening.use(await startPeer({ command: python, args: serve, url, env, cwd: home }))
  const script = join(import.meta.dirname, 'prefect_steps.py')
  const child = spawn(python, [script, String(steps)], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  opening.defer(async () => {
    child.stdin.end()
    if (child.exitCode === null) await once(child, 'exit')
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  const asked = spawnSync(python, ['-c', 'import prefect; print(prefect.__version__)'])
  const lifetime = opening.move()
  return {
    version: asked.stdout.toString().trim(),
    async run() {
      child.stdin.write('go\n')
      const { value } = (await lines.next()) as { value: string }
      return Number(value)
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  }
}
