import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'

const kills = 20
const runsAtATime = 4

type Json = Record<string, unknown>

async function call(server: ServerProcess, path: string, body?: object): Promise<Json> {
  const headers = { 'content-type': 'application/json' }
  const init = body ? { method: 'POST', body: JSON.stringify(body), headers } : {}
  const response = await fetch(`${server.url}${path}`, init)
  const answer = (await response.json()) as Json
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer
}

// Names its attempt in a file of its own: what ran twice left two lines behind.
const script = `
import os, sys, time
with open(os.path.join(sys.argv[1], sys.argv[2]), "a") as file:
    file.write(os.environ["MILLRACE_ATTEMPT_ID"] + "\\n")
time.sleep(0.02)
`

interface Load {
  /** Tokens of every run that was asked for. */
  readonly asked: ReadonlySet<string>
  readonly finished: Promise<void>
}

/** Asks for runs until told to stop, each again under its token until the server has answered. */
function startLoad(server: ServerProcess, jobId: unknown, signal: AbortSignal): Load {
  const asked = new Set<string>()
  const client = async (name: number): Promise<void> => {
    for (let n = 0; !signal.aborted; n += 1) {
      const token = `chaos-${name}-${n}`
      asked.add(token)
      const body = { job_id: jobId, idempotency_token: token }
      await insist(() => call(server, '/api/2.2/jobs/run-now', body))
      await delay(100)
    }
  }
  const clients = Array.from({ length: runsAtATime }, (_, name) => client(name))
  return { asked, finished: Promise.all(clients).then(() => undefined) }
}

async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      // Only a server that is not there is asked again.
      if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error
      await delay(50)
    }
  }
}

interface Run extends Json {
  readonly run_id: number
  readonly state: { readonly life_cycle_state: string; readonly result_state?: string }
  readonly tasks: readonly {
    readonly run_id: number
    readonly task_key: string
    readonly state: Run['state']
  }[]
}

interface RunPage extends Json {
  readonly runs?: readonly Run[]
  readonly next_page_token?: string
}

async function listAll(server: ServerProcess): Promise<Run[]> {
  const all: Run[] = []
  let token = ''
  do {
    const path = `/api/2.2/jobs/runs/list?limit=25&expand_tasks=true${token}`
    const page = (await call(server, path)) as RunPage
    all.push(...(page.runs ?? []))
    token = page.next_page_token === undefined ? '' : `&page_token=${page.next_page_token}`
  } while (token !== '')
  return all
}

test(`nothing is lost or doubled when the server is killed ${kills} times under load`, async () => {
  await using server = await startServer()
  await call(server, '/api/2.0/workspace/mkdirs', { path: '/Shared' })
  await call(server, '/api/2.0/workspace/import', {
    path: '/Shared/chaos.py',
    content: Buffer.from(script).toString('base64'),
    format: 'RAW',
  })
  const step = (key: string, after?: string) => ({
    task_key: key,
    depends_on: after === undefined ? [] : [{ task_key: after }],
    spark_python_task: {
      python_file: '/Shared/chaos.py',
      parameters: [server.dataDir, `ledger-{{job.run_id}}-${key}`],
    },
  })
  const { job_id: jobId } = await call(server, '/api/2.2/jobs/create', {
    name: 'chaos',
    max_concurrent_runs: runsAtATime,
    queue: { enabled: true },
    tasks: [step('a'), step('b', 'a'), step('c', 'b')],
  })
  const stop = new AbortController()
  const load = startLoad(server, jobId, stop.signal)
  for (let killed = 0; killed < kills; killed += 1) {
    await delay(50 + Math.random() * 400)
    await server.restart()
  }
  stop.abort()
  await load.finished
  await expect
    .poll(async () => (await listAll(server)).map((run) => run.state.life_cycle_state), {
      timeout: 60_000,
    })
    .toSatisfy((states: string[]) => states.every((state) => state === 'TERMINATED'))
  const runs = await listAll(server)
  // One run for each token, however often it was sent.
  expect(runs).toHaveLength(load.asked.size)
  for (const run of runs) {
    expect([run.run_id, run.state.result_state]).toEqual([run.run_id, 'SUCCESS'])
    for (const task of run.tasks) {
      const path = `${server.dataDir}/ledger-${run.run_id}-${task.task_key}`
      const lines = (await readFile(path, 'utf8')).trim().split('\n')
      // Each attempt ran once; the last one is the one that the run tells of.
      expect(new Set(lines).size).toBe(lines.length)
      expect(lines.at(-1)).toBe(String(task.run_id))
    }
  }
}, 240_000)
