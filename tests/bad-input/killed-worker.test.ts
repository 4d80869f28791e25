import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'
import { caller, configOf, logModels, settled } from '../serving/client.ts'
import { apiOf, type Api } from './api.ts'

let server: ServerProcess
let api: Api
beforeAll(async () => {
  server = await startServer()
  api = apiOf(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const code = `
import os, time
print("pid", os.getpid(), "of", os.getppid(), flush=True)
time.sleep(600)
`

interface Pids {
  readonly attempt: number
  readonly forkServer: number
}

async function started(): Promise<{ readonly runId: number; readonly pids: Pids }> {
  const runId = await api.submitPython('sleeps', code)
  await expect.poll(() => api.log(runId), { timeout: 60_000 }).toMatch(/^pid \d+ of \d+\n$/)
  const [attempt = 0, forkServer = 0] = (await api.log(runId)).match(/\d+/g)?.map(Number) ?? []
  return { runId, pids: { attempt, forkServer } }
}

async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')
  return !stat.includes(') Z')
}

test('an attempt that is killed fails its run with the signal; the next one runs', async () => {
  const { runId, pids } = await started()
  process.kill(pids.attempt, 'SIGKILL')
  const run = await api.ended(runId)
  expect(run.state).toMatchObject({ life_cycle_state: 'TERMINATED', result_state: 'FAILED' })
  expect(run.state.state_message).toMatch(/SIGKILL|signal 9|killed/i)
  const next = await api.ended(await api.submitPython('next', 'print("fine")'))
  expect(next.state.result_state).toBe('SUCCESS')
})

test('a fork server that is killed takes its processes with it; its attempts start again', async () => {
  const { runId, pids } = await started()
  process.kill(pids.forkServer, 'SIGKILL')
  await expect.poll(() => isAlive(pids.attempt)).toBe(false)
  const again = async () => Number((await api.log(runId)).match(/\d+/)?.[0] ?? pids.attempt)
  await expect.poll(again, { timeout: 30_000 }).not.toBe(pids.attempt)
  await api.post('/api/2.2/jobs/runs/cancel', { run_id: runId })
  const run = await api.ended(runId)
  expect(run.state.result_state).toBe('CANCELED')
  const active = await api.get<{ runs?: unknown[] }>('/api/2.2/jobs/runs/list?active_only=true')
  expect(active.runs ?? []).toEqual([])
})

test('a serving worker that is killed while it scores fails that request; the next finds a new one', async () => {
  const call = caller(server.url)
  await logModels(server.url, 'waiter')
  const config = configOf({ model: 'waiter', version: 1 })
  await call('POST', '/api/2.0/serving-endpoints', { name: 'waiter', config })
  await settled(call, 'waiter')
  const score = (seconds: number) =>
    call('POST', '/serving-endpoints/waiter/invocations', { dataframe_records: [{ seconds }] })
  const pidOf = (answer: Awaited<ReturnType<typeof score>>) =>
    Number((answer.body['predictions'] as unknown[] | undefined)?.[0])
  const pid = pidOf(await score(0))
  const inFlight = score(60)
  // The row is in the worker once the worker has gone to sleep over it.
  await expect.poll(() => waitsIn(pid)).toMatch(/nanosleep/)
  process.kill(pid, 'SIGKILL')
  const failed = await inFlight
  expect([failed.status, failed.body['error_code']]).toEqual([503, 'TEMPORARILY_UNAVAILABLE'])
  expect(failed.body['message']).toMatch(/waiter.*SIGKILL/)
  await expect.poll(async () => (await score(0)).status, { timeout: 30_000 }).toBe(200)
  expect(pidOf(await score(0))).not.toBe(pid)
})

/** The system call that the process waits in. */
async function waitsIn(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/wchan`, 'utf8')
}
