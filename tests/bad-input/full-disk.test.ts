import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'
import { apiOf, type Api } from './api.ts'
import { limitFiles } from './full-disk.ts'

let server: ServerProcess
let api: Api
beforeAll(async () => {
  server = await startServer()
  api = apiOf(server)
  await api.sql('create table t as select range as a from range(10)')
  await api.ended(await api.submitPython('warm', 'print("warm")'))
})
afterEach(() => limitFiles(server.pid, 'unlimited'))
afterAll(() => server[Symbol.asyncDispose]())

const remedy = 'Free some space below the data folder, then do it again'

async function files(folder: string): Promise<string[]> {
  const entries = await readdir(join(server.dataDir, folder), { recursive: true }).catch(() => [])
  return entries.toSorted((a, b) => a.localeCompare(b))
}

test('a full database refuses every write, answers every read, and takes writes again', async () => {
  const createRun = () =>
    api.call('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0', tags: [] })
  const first = await createRun()
  const { run } = first.body as { run: { info: { run_id: string } } }
  const writes = [
    createRun,
    () => api.call('POST', '/api/2.0/mlflow/experiments/create', { name: 'e' }),
    () =>
      api.call('POST', '/api/2.0/mlflow/runs/log-metric', {
        run_id: run.info.run_id,
        key: 'm',
        value: 1,
        timestamp: 1,
      }),
    () => api.call('POST', '/api/2.0/mlflow/registered-models/create', { name: 'm' }),
    () => api.call('POST', '/api/2.0/workspace/mkdirs', { path: '/Shared/new' }),
  ]
  await limitFiles(server.pid, 0)
  for (const write of writes) {
    expect(await write()).toEqual({
      status: 507,
      body: {
        error_code: 'RESOURCE_EXHAUSTED',
        message: `Nothing was saved: the database's disk takes no more. ${remedy}`,
      },
    })
  }
  const listed = await api.post<{ runs: unknown[] }>('/api/2.0/mlflow/runs/search', {
    experiment_ids: ['0'],
  })
  expect(listed.runs).toHaveLength(1)
  await limitFiles(server.pid, 'unlimited')
  for (const write of writes) expect(await write()).toMatchObject({ status: 200 })
})

test('a table without room for its rows stays as it was, without half a file', async () => {
  const before = [await api.version('t'), await files('tables')]
  await limitFiles(server.pid, 0)
  const insert = 'insert into t select range from range(100000)'
  const failed = await api.sql(insert)
  expect(failed.status).toMatchObject({
    state: 'FAILED',
    error: {
      error_code: 'RESOURCE_EXHAUSTED',
      message: `Nothing was saved: the disk takes no file of this size. ${remedy}`,
    },
  })
  const ingest = '/api/millrace/1.0/tables/t/ingest?mode=append&format=csv'
  const rows = `a\n${'1\n'.repeat(1_000_000)}`
  expect(await api.upload('POST', ingest, rows)).toMatchObject({ status: 507 })
  await api.sql('create table fresh as select range as a from range(10)')
  expect((await api.sql('select count(*) from t')).result?.data_array).toEqual([['10']])
  expect([await api.version('t'), await files('tables')]).toEqual(before)
  expect(await api.version('fresh')).toBeUndefined()
  await limitFiles(server.pid, 'unlimited')
  expect((await api.sql(insert)).status.state).toBe('SUCCEEDED')
  expect(await files('scratch')).toEqual(['tables'])
})

test('rows that are in the table count although the database has no room for their event', async () => {
  const before = (await api.version('t')) ?? 0
  // Enough for the rows and too little for the database's log, which is longer by now.
  await limitFiles(server.pid, 50_000)
  const refused = await api.call('POST', '/api/2.0/mlflow/experiments/create', { name: 'later' })
  expect(refused.status).toBe(507)
  expect((await api.sql('insert into t values (-77)')).status.state).toBe('SUCCEEDED')
  const found = await api.sql('select count(*) from t where a = -77')
  expect(found.result?.data_array).toEqual([['1']])
  expect(await api.version('t')).toBe(before + 1)
})

test('an artifact without room is refused, its upload ends, and nothing of it stays', async () => {
  const path = '/api/2.0/mlflow-artifacts/artifacts/0/model/big.bin'
  // More than the buffers between client and server hold.
  const content = Buffer.alloc(30_000_000)
  await limitFiles(server.pid, 1_000_000)
  expect(await api.upload('PUT', path, content)).toEqual({
    status: 507,
    body: {
      error_code: 'RESOURCE_EXHAUSTED',
      message: `Nothing was saved: the disk takes no file of this size. ${remedy}`,
    },
  })
  expect(await files('artifacts')).toEqual(['.partial'])
  await limitFiles(server.pid, 'unlimited')
  expect(await api.upload('PUT', path, content)).toMatchObject({ status: 200 })
})

test('a task whose log or file finds no room fails with the reason, and the next one runs', async () => {
  const code = `
import time
print("begin", flush=True)
time.sleep(1)
for line in range(300_000):
    print("line", line)
`
  const runId = await api.submitPython('talks', code)
  await expect.poll(() => api.log(runId), { timeout: 20_000 }).toBe('begin\n')
  const exits = async () => (await files('attempts')).filter((f) => f.endsWith('exit.json'))
  const before = (await exits()).length
  await limitFiles(server.pid, 500_000)
  await expect.poll(async () => (await exits()).length, { timeout: 20_000 }).toBe(before + 1)
  // Its end is written down as soon as there is room.
  await limitFiles(server.pid, 'unlimited')
  const run = await api.ended(runId)
  expect(run.state).toMatchObject({ life_cycle_state: 'TERMINATED', result_state: 'FAILED' })
  expect(run.state.state_message).toContain('File too large')
  const next = await api.ended(await api.submitPython('next', 'print("fine")'))
  expect(next.state.result_state).toBe('SUCCESS')
  const active = await api.get<{ runs?: unknown[] }>('/api/2.2/jobs/runs/list?active_only=true')
  expect(active.runs ?? []).toEqual([])
  expect(server.log()).not.toMatch(/unhandled|uncaught/i)
})
