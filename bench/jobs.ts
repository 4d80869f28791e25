/**
 * What the jobs engine promises besides the cost of a step (`step-overhead.ts`).
 *
 *   dispatch: from asking compute for an attempt to the first line of its script, on a warm environment
 *   queue: 10,000 tasks that do nothing, from the request to the end of the last, on SQLite and on
 *     Postgres, beside graphile-worker with 10,000 jobs that do nothing on the same Postgres
 *   list: the first page of 100,000 past runs, through the route
 *   plan: what follows first in a DAG of 1,000 tasks
 *
 *   node bench/jobs.ts [--tasks 10000] [--runs 5]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureUv } from '../scripts/python-envs.mjs'
import { ensureEnvironment, launch, waitForExit } from '../server/src/compute/index.ts'
import { readConfig, type Ctx } from '../server/src/core/index.ts'
import { plan } from '../server/src/jobs/engine/plan.ts'
import { newAttempt } from '../server/src/jobs/engine/run-state.ts'
import { compileGraph } from '../server/src/jobs/task-graph.ts'
import { startPlatform, type Platform } from '../server/src/platform.ts'
import { startPostgres } from '../tests/support/postgres.ts'
import { compare, median } from './harness.ts'

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '5' },
  },
})
const total = Number(values.tasks)
const runs = Number(values.runs)
const tasksPerRun = 1000
const attempts = 400
const pastRuns = 100_000
const dagTasks = 1000
const graphileVersion = '0.18.0'

const graphileProgram = `
import { makeWorkerUtils, run } from 'graphile-worker'
const [url, total] = process.argv.slice(2)
const utils = await makeWorkerUtils({ connectionString: url })
await utils.migrate()
const began = performance.now()
await utils.withPgClient((pg) => pg.query(
  "select count(graphile_worker.add_job('idle')) from generate_series(1, $1::int)", [Number(total)]))
let left = Number(total)
const done = Promise.withResolvers()
const runner = await run({ connectionString: url, concurrency: 20, noHandleSignals: true,
  logger: undefined, taskList: { idle: async () => { left -= 1; if (left === 0) done.resolve() } } })
await done.promise
console.log('SECONDS ' + (performance.now() - began) / 1000)
await runner.stop()
await utils.release()
process.exit(0)
`

const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
try {
  await using postgres = await startPostgres()
  {
    await using sqlite = await openPlatform('sqlite', [])
    await measureDispatch(sqlite.ctx)
    await measureList(sqlite)
    measurePlan()
    await using onPostgres = await openPlatform('postgres', ['--database-url', postgres.url])
    const peer = await openGraphileWorker(postgres.url)
    await compare(
      [
        {
          name: 'Millrace on Postgres',
          version: 'this commit',
          durability: 'each start and end committed',
          measure: () => tasksPerSecond(onPostgres),
        },
        {
          name: 'graphile-worker',
          version: peer.version,
          durability: 'Postgres, one job at a time per slot',
          measure: peer.measure,
        },
      ],
      { title: `${total} queued tasks that do nothing`, unit: 'tasks/s', runs },
    )
    await compare(
      [
        {
          name: 'Millrace on SQLite',
          version: 'this commit',
          durability: 'WAL, every commit synced',
          measure: () => tasksPerSecond(sqlite),
        },
      ],
      { title: `${total} queued tasks that do nothing`, unit: 'tasks/s', runs },
    )
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function openPlatform(name: string, flags: readonly string[]): Promise<Platform> {
  const dataDir = join(folder, name)
  const argv = ['--data-dir', dataDir, '--port', '0', '--log-level', 'silent', ...flags]
  return startPlatform(readConfig(argv, { ...process.env, MILLRACE_UV: await ensureUv() }))
}

async function post<T>(platform: Platform, path: string, body: object): Promise<T> {
  const answer = await platform.app.inject({ method: 'POST', url: path, payload: body })
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.body}`)
  return answer.json<T>()
}

async function tasksPerSecond(platform: Platform): Promise<number> {
  const task = (n: number) => ({
    task_key: `t${n}`,
    condition_task: { op: 'EQUAL_TO', left: '1', right: '1' },
  })
  const tasks = Array.from({ length: tasksPerRun }, (_, n) => task(n))
  const began = performance.now()
  const submitted = await Promise.all(
    Array.from({ length: Math.ceil(total / tasksPerRun) }, () =>
      post<{ run_id: number }>(platform, '/api/2.2/jobs/runs/submit', { run_name: 'idle', tasks }),
    ),
  )
  await allEnded(
    platform.ctx,
    submitted.map(({ run_id: id }) => id),
  )
  return total / ((performance.now() - began) / 1000)
}

/** Looks after every commit, as the server's own watchers do. */
async function allEnded(ctx: Ctx, runIds: readonly number[]): Promise<void> {
  for (;;) {
    const { promise: woken, resolve } = Promise.withResolvers<void>()
    const off = ctx.events.onWake(resolve)
    const open = await ctx.db
      .selectFrom('job_run')
      .select('run_id')
      .where('run_id', 'in', runIds)
      .where('active', '=', 1)
      .execute()
    if (open.length > 0) await woken
    off()
    if (open.length === 0) return
  }
}

interface GraphileWorker {
  readonly version: string
  readonly measure: () => Promise<number>
}

/** The newest published one, put into a folder of this bench. */
async function openGraphileWorker(url: string): Promise<GraphileWorker> {
  const place = join(folder, 'graphile')
  await mkdir(place)
  await writeFile(join(place, 'package.json'), '{"type":"module","private":true}')
  await writeFile(join(place, 'idle.mjs'), graphileProgram)
  await runProgram('npm', ['install', '--silent', `graphile-worker@${graphileVersion}`], place)
  return {
    version: graphileVersion,
    measure: async () => {
      const args = [join(place, 'idle.mjs'), url, String(total)]
      const said = await runProgram(process.execPath, args, place)
      return total / Number(/SECONDS ([\d.]+)/.exec(said)?.[1])
    },
  }
}

async function runProgram(command: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said.slice(-2000)}`)
  return said
}

async function measureDispatch(ctx: Ctx): Promise<void> {
  const { hash } = await ensureEnvironment(ctx, { requirements: [] })
  const path = join(folder, 'now.py')
  await writeFile(path, 'import time\nprint(time.time_ns())\n')
  const took: number[] = []
  for (let n = 0; n < attempts; n += 1) {
    const attemptId = `bench-${n}`
    const asked = performance.timeOrigin + performance.now()
    await launch(ctx, {
      attemptId,
      environment: hash,
      entry: { kind: 'script', path, argv: [] },
      env: {},
    })
    await waitForExit(ctx, attemptId)
    const log = await readFile(join(ctx.config.dataDir, 'attempts', attemptId, 'log'), 'utf8')
    took.push(Number(log) / 1e6 - asked)
  }
  // The first ones teach the fork server how many waiting processes are wanted.
  const warm = took.slice(attempts / 4).sort((a, b) => a - b)
  const p99 = warm[Math.floor(warm.length * 0.99)] ?? Number.NaN
  console.log(`\nDispatch to the first line of the script: p50 ${ms(median(warm))}, p99 ${ms(p99)}`)
}

async function measureList({ app, ctx }: Platform): Promise<void> {
  ctx.database.sqlite?.writer.exec(`
    insert into job_definition (hash, settings) values ('bench', '{"name":"past","tasks":[]}');
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${pastRuns})
    insert into job_run (run_id, job_id, name, run_type, trigger_type, trigger_info, creator,
      run_as, definition_hash, parameters, overrides, life_cycle, result, code, message, active,
      deleted, created_at, started_at, ended_at, timeout_seconds, repair_count, epoch, dirty)
    select i, i % 50, 'past', 'JOB_RUN', 'ONE_TIME', '{}', 'me', 'me', 'bench', '{}', '{}',
      'TERMINATED', 'SUCCESS', 'SUCCESS', '', 0, 0, i * 1000, i * 1000, i * 1000 + 5, 0, 0, 0, 0
    from n`)
  const took: number[] = []
  for (let n = 0; n < 50; n += 1) {
    const began = performance.now()
    const answer = await app.inject('/api/2.2/jobs/runs/list?limit=20')
    took.push(performance.now() - began)
    if (answer.json<{ runs: object[] }>().runs.length !== 20) throw new Error(answer.body)
  }
  console.log(`\nFirst page of ${pastRuns} past runs: p50 ${ms(median(took))}`)
}

function measurePlan(): void {
  const tasks = Array.from({ length: dagTasks }, (_, n) => ({
    task_key: `t${n}`,
    depends_on: [n - 1, n - 7].filter((m) => m >= 0).map((m) => ({ task_key: `t${m}` })),
    condition_task: { op: 'EQUAL_TO' as const, left: '1', right: '1' },
  }))
  const took = Array.from({ length: 50 }, () => {
    const began = performance.now()
    const graph = compileGraph(tasks)
    const state = {
      runId: 1,
      graph,
      lifeCycle: 'PENDING' as const,
      message: '',
      cancelRequested: false,
      deadline: undefined,
      healthAt: undefined,
      tasks: graph.tasks.map((task) => newAttempt(task.index + 1, { phase: 'blocked' })),
      iterations: new Map(),
      waitMessages: new Map(),
    }
    plan(state, { now: 0, slots: 10, newId: () => 1 })
    return performance.now() - began
  })
  console.log(`\nA DAG of ${dagTasks} tasks compiled and planned: p50 ${ms(median(took))}`)
}

function ms(figure: number): string {
  return `${figure.toFixed(2)} ms`
}
