import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase, wakeOthers } from '../../server/src/core/index.ts'
import { runCli } from '../support/cli.ts'
import { startPostgres } from '../support/postgres.ts'
import { startServer, type ServerProcess, type StartServerOptions } from '../support/server.ts'

interface Json {
  readonly [key: string]: Json
}

async function call(server: ServerProcess, path: string, body?: object): Promise<Json> {
  const response = await fetch(`${server.url}/api/${path}`, {
    method: body ? 'POST' : 'GET',
    ...(body
      ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      : {}),
  })
  const answer = (await response.json()) as Json
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer
}

test('the whole server runs on a real Postgres, and goes on after kill -9', async () => {
  await using postgres = await startPostgres()
  await using server = await startServer({ args: ['--database-url', postgres.url] })
  const folder = await mkdtemp(join(tmpdir(), 'millrace-postgres-bundle-'))
  try {
    const cli = (...args: readonly string[]) => runCli(args, { url: server.url, cwd: folder })
    await cli('init', '.')
    expect((await cli('deploy')).stdout).toContain('+ jobs.hello')
    expect((await cli('run', 'hello')).stdout).toContain('SUCCESS')
    await server.restart()
    const runs = await cli('runs', 'hello', '--json')
    expect(JSON.parse(runs.stdout)).toMatchObject([{ state: { result_state: 'SUCCESS' } }])
    expect((await cli('run', 'hello')).stdout).toContain('SUCCESS')
    expect((await cli('audit', 'verify')).code).toBe(0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** A receiver of webhooks: every body it was sent. */
async function startReceiver(): Promise<AsyncDisposable & { url: string; bodies: string[] }> {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      bodies.push(body)
      response.end('ok')
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** Another server on the database of `first`: with a data folder of its own and the same key. */
async function startBeside(
  first: ServerProcess,
  { args = [], ...options }: StartServerOptions,
): Promise<ServerProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-beside-'))
  await copyFile(join(first.dataDir, 'secrets.key'), join(dataDir, 'secrets.key'))
  const server = await startServer({ ...options, args: [...args, '--data-dir', dataDir] })
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

test('a server whose key is not that of the database says so and ends', async () => {
  await using postgres = await startPostgres()
  const options = { args: ['--database-url', postgres.url] }
  await using _first = await startServer(options)
  await expect(startServer(options)).rejects.toThrow(/sealed with another key than .*secrets\.key/)
})

test('two servers share one Postgres: each sees the other, no event is handled twice', async () => {
  await using postgres = await startPostgres()
  await using receiver = await startReceiver()
  const options = {
    args: ['--database-url', postgres.url],
    env: { MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http', MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true' },
  }
  await using one = await startServer(options)
  await using two = await startBeside(one, options)
  await call(one, '2.0/mlflow/webhooks', {
    name: 'versions',
    url: receiver.url,
    events: [{ entity: 'MODEL_VERSION', action: 'CREATED' }],
  })
  const { experiment_id } = await call(one, '2.0/mlflow/experiments/create', { name: 'shared' })
  const servers = [one, two] as const
  const names = Array.from({ length: 10 }, (_, index) => `run-${index}`)
  await Promise.all(
    names.map(async (run_name, index) => {
      const server = servers[index % 2] ?? one
      const made = await call(server, '2.0/mlflow/runs/create', { experiment_id, run_name })
      const run_id = made['run']?.['info']?.['run_id']
      const metrics = [1, 2].map((step) => ({
        key: 'auc',
        value: index + step,
        timestamp: 1,
        step,
      }))
      const params = [{ key: 'n', value: String(index) }]
      await call(server, '2.0/mlflow/runs/log-batch', { run_id, metrics, params })
    }),
  )
  const found = await call(two, '2.0/mlflow/runs/search', {
    experiment_ids: [experiment_id],
    filter: 'metrics.auc > 5',
    order_by: ['metrics.auc DESC'],
  })
  expect(JSON.stringify(found).match(/"run_name": ?"run-(\d)"/g)).toHaveLength(6)
  await call(one, '2.0/mlflow/registered-models/create', { name: 'churn' })
  await Promise.all(
    names.map((name, index) =>
      call(servers[index % 2] ?? one, '2.0/mlflow/model-versions/create', {
        name: 'churn',
        source: `mlflow-artifacts:/0/${name}`,
      }),
    ),
  )
  await expect.poll(() => receiver.bodies.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(10)
  const versions = receiver.bodies.map(
    (body) => (JSON.parse(body) as { data: { version: string } }).data.version,
  )
  expect(versions.toSorted()).toEqual(names.map((_, index) => String(index + 1)).toSorted())
  await call(one, '2.0/mlflow/transition-requests/create', {
    name: 'churn',
    version: '1',
    stage: 'Staging',
  })
  const open = await call(two, '2.0/mlflow/transition-requests/list?name=churn&version=1')
  expect(open['requests']).toMatchObject([{ to_stage: 'Staging' }])
  await call(two, '2.0/mlflow/model-versions/transition-stage', {
    name: 'churn',
    version: '1',
    stage: 'Staging',
    archive_existing_versions: false,
  })
  const staged = await call(one, '2.0/mlflow/model-versions/get?name=churn&version=1')
  expect(staged['model_version']).toMatchObject({ current_stage: 'Staging' })
})

test('a server hears of the commits of others, and not of its own', async () => {
  await using postgres = await startPostgres()
  await using one = openDatabase({ path: '', url: postgres.url })
  await using two = openDatabase({ path: '', url: postgres.url })
  const heard = { one: 0, two: 0 }
  await using _one = one.hearOthers?.(() => (heard.one += 1))
  await using _two = two.hearOthers?.(() => (heard.two += 1))
  // Each looks once when it begins to listen.
  await expect.poll(() => heard).toEqual({ one: 1, two: 1 })
  await one.transaction((tx) => wakeOthers(tx))
  await expect.poll(() => heard).toEqual({ one: 1, two: 2 })
  await two.transaction((tx) => wakeOthers(tx))
  await expect.poll(() => heard).toEqual({ one: 2, two: 2 })
})

/** How often each attempt was started and ended, by what was written in the transactions that did it. */
async function listTimesMoved(url: string): Promise<{ attempts: number; timesMoved: number[] }> {
  await using database = openDatabase({ path: '', url })
  const events = await database.db
    .selectFrom('event')
    .select(['subject', 'payload'])
    .where('type', '=', 'jobs.task_changed')
    .execute()
  const moves = events.map(({ subject, payload }) => {
    const { life_cycle_state: state } = JSON.parse(payload) as { life_cycle_state: string }
    return `${subject} ${state}`
  })
  const counts = Map.groupBy(moves, (move) => move)
  return {
    attempts: new Set(events.map(({ subject }) => subject)).size,
    timesMoved: [...new Set(Array.from(counts.values(), (same) => same.length))],
  }
}

test('two servers share the runs of a job: every task runs once', async () => {
  await using postgres = await startPostgres()
  const options = { args: ['--database-url', postgres.url] }
  await using one = await startServer(options)
  await using two = await startBeside(one, options)
  const condition_task = { op: 'EQUAL_TO', left: 'a', right: 'a' }
  const { job_id } = await call(one, '2.2/jobs/create', {
    name: 'both',
    max_concurrent_runs: 100,
    tasks: [
      { task_key: 'first', condition_task },
      { task_key: 'then', condition_task, depends_on: [{ task_key: 'first', outcome: 'true' }] },
      {
        task_key: 'each',
        depends_on: [{ task_key: 'then' }],
        for_each_task: { inputs: '[1, 2, 3]', task: { task_key: 'one', condition_task } },
      },
    ],
  })
  const started = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      call(index % 2 === 0 ? one : two, '2.2/jobs/run-now', { job_id }),
    ),
  )
  const tasks = async (): Promise<readonly unknown[]> => {
    const runs = await Promise.all(
      started.map((run) => call(two, `2.2/jobs/runs/get?run_id=${JSON.stringify(run['run_id'])}`)),
    )
    return runs.flatMap((run) => run['tasks'] as unknown as readonly unknown[])
  }
  const done = { attempt_number: 0, state: { result_state: 'SUCCESS' } }
  await expect
    .poll(tasks, { timeout: 20_000, interval: 500 })
    .toMatchObject(Array.from({ length: 120 }, () => done))
  expect(await listTimesMoved(postgres.url)).toEqual({ attempts: 40 * 6, timesMoved: [1] })
})
