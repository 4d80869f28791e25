import { readFile } from 'node:fs/promises'
import { platform } from 'node:process'
import { expect, test } from 'vitest'
import {
  caller,
  churnRow,
  configOf,
  logModels,
  query,
  settled,
  type Call,
} from '../serving/client.ts'
import { startServer } from '../support/server.ts'

/** A promise; docs/adr/0009-memory.md says what it is made of. */
const limitMiB = 130
const advice = 'of the built server (node scripts/build-server.mjs); see docs/adr/0009-memory.md'
const clients = 20

test.runIf(platform === 'linux')(
  'the server is at most 130 MiB resident after a mixed load, however long its history',
  async () => {
    await using server = await startServer()
    const call = caller(server.url)
    await serveChurn(server.url, call)
    const resident = () => residentMiB(server.pid)
    const small = () => expect.poll(resident, { message: advice, timeout: 60_000, interval: 500 })

    await track(call, 'first', 100)
    await useTables(call)
    await useRegistry(call)
    await score(call, 2_000)
    await read(call)
    await small().toBeLessThanOrEqual(limitMiB)

    for (let round = 0; round < 10; round += 1) await track(call, `history-${round}`, 200)
    await score(call, 5_000)
    await read(call)
    await small().toBeLessThanOrEqual(limitMiB)

    const { body } = await call('GET', '/metrics')
    const shown = /process_resident_memory_bytes (\d+)/.exec(String(body['text']))?.[1]
    expect(Number(shown) / 2 ** 20).toBeGreaterThan(30)
    expect(Number(shown) / 2 ** 20).toBeLessThan(limitMiB + 20)
  },
  600_000,
)

async function serveChurn(url: string, call: Call): Promise<void> {
  await logModels(url, 'churn')
  const config = configOf({ model: 'churn', version: 1 })
  const made = await call('POST', '/api/2.0/serving-endpoints', { name: 'churn', config })
  expect(made.status).toBe(200)
  expect(await settled(call, 'churn')).toMatchObject({ state: { ready: 'READY' } })
}

/** Runs with metrics and parameters, then searches over them. */
async function track(call: Call, name: string, runs: number): Promise<void> {
  const api = '/api/2.0/mlflow'
  const { body } = await call('POST', `${api}/experiments/create`, { name })
  const experiment = String(body['experiment_id'])
  await spread(runs, async (index) => {
    const made = await call('POST', `${api}/runs/create`, { experiment_id: experiment })
    const { info } = made.body['run'] as { info: { run_id: string } }
    const metrics = Array.from({ length: 200 }, (_, step) => ({
      key: `m${step % 10}`,
      value: step + index,
      timestamp: 1_700_000_000_000 + step,
      step: Math.floor(step / 10),
    }))
    const params = [{ key: 'index', value: String(index) }]
    const batch = { run_id: info.run_id, metrics, params }
    expect((await call('POST', `${api}/runs/log-batch`, batch)).status).toBe(200)
    const end = { run_id: info.run_id, status: 'FINISHED' }
    expect((await call('POST', `${api}/runs/update`, end)).status).toBe(200)
  })
  const search = { experiment_ids: [experiment], max_results: 100, order_by: ['metrics.m1 DESC'] }
  for (let n = 0; n < 5; n += 1) {
    expect((await call('POST', `${api}/runs/search`, search)).status).toBe(200)
  }
}

async function useTables(call: Call): Promise<void> {
  await query(call, 'create table numbers as select i, i % 7 as k from range(20000) t(i)')
  for (let k = 0; k < 10; k += 1) {
    await query(call, `insert into numbers select i, ${k} from range(100) t(i)`)
    await query(call, `select k, count(*), avg(i) from numbers where k >= ${k} group by k`)
  }
  expect(await query(call, 'select * from numbers order by i limit 1000')).toHaveLength(1000)
}

async function useRegistry(call: Call): Promise<void> {
  const api = '/api/2.0/mlflow'
  await spread(100, async (index) => {
    const name = `model-${index}`
    await call('POST', `${api}/registered-models/create`, { name })
    const version = { name, source: 'file:///nowhere' }
    await call('POST', `${api}/model-versions/create`, version)
    await call('POST', `${api}/registered-models/set-tag`, { name, key: 'n', value: `${index}` })
  })
  expect((await call('GET', `${api}/registered-models/search?max_results=100`)).status).toBe(200)
}

async function score(call: Call, requests: number): Promise<void> {
  await spread(requests, async (index) => {
    const row = { ...churnRow, tenure: index % 72 }
    const path = '/serving-endpoints/churn/invocations'
    expect((await call('POST', path, { dataframe_records: [row] })).status).toBe(200)
  })
}

/** What a person with the pages open asks for. */
async function read(call: Call): Promise<void> {
  const pages = [
    '/openapi.json',
    '/api/2.2/jobs/list',
    '/api/2.2/jobs/runs/list',
    '/api/2.0/mlflow/experiments/search?max_results=100',
    '/api/2.0/serving-endpoints',
  ]
  for (const page of pages) expect(await call('GET', page)).toMatchObject({ status: 200 })
}

/** As many clients at once, each with one request at a time. */
async function spread(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const client = async (): Promise<void> => {
    while (next < count) {
      next += 1
      await work(next - 1)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}
