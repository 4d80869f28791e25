import { expect, test } from 'vitest'
import { jobsBench, type JobsBench } from '../../../tests/jobs/jobs-bench.ts'
import { runDueTriggers } from './trigger-service.ts'
import { inTransaction } from '../core/index.ts'

const condition = { condition_task: { op: 'EQUAL_TO', left: '1', right: '1' } }
const hourly = { quartz_cron_expression: '0 0 * * * ?', timezone_id: 'UTC' }
const tasks = [{ task_key: 'a', ...condition }]

async function simulate(b: JobsBench, jobId: number, body: object): Promise<Simulated> {
  const url = `/api/millrace/1.0/jobs/${jobId}/simulate`
  const answer = await b.app.inject({ method: 'POST', url, payload: body })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.json<Simulated>()
}

interface Simulated {
  readonly duration_ms: number
  readonly runs: readonly { readonly at: number; readonly outcome: string; readonly why: string }[]
  readonly unforeseeable: readonly string[]
}

async function create(b: JobsBench, settings: Record<string, unknown>): Promise<number> {
  return Number((await b.post('create', { tasks, ...settings }))['job_id'])
}

test('tells which runs a schedule would start, also when it is paused', async () => {
  await using b = await jobsBench()
  const from = Date.parse('2026-03-28T00:00:00Z')
  const zoned = {
    quartz_cron_expression: '0 30 2 * * ?',
    timezone_id: 'Europe/Amsterdam',
  }
  const found = await simulate(b, await create(b, { schedule: zoned }), { from_ms: from, days: 3 })
  // At half past two on the 29th the clocks have gone forward: that one is not there.
  expect(found.runs.map((run) => new Date(run.at).toISOString())).toEqual([
    '2026-03-28T01:30:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ])
  const paused = await create(b, { schedule: { ...zoned, pause_status: 'PAUSED' } })
  const outcomes = (await simulate(b, paused, { from_ms: from, days: 3 })).runs
  expect(outcomes.map((run) => run.outcome)).toEqual(['paused', 'paused'])
})

test('says what the limit of concurrent runs would do, by how long runs last', async () => {
  await using b = await jobsBench()
  const day = { from_ms: Date.parse('2026-01-05T00:00:00Z'), days: 1 }
  const jobId = await create(b, { schedule: hourly })
  expect((await simulate(b, jobId, day)).runs.map((run) => run.outcome)).not.toContain('skips')
  const { run_id: runId } = await b.post('run-now', { job_id: jobId })
  await b.ended(Number(runId))
  const lasting = 90 * 60_000
  await b.ctx.db
    .updateTable('job_run')
    .set((eb) => ({ ended_at: eb('started_at', '+', lasting) }))
    .execute()
  const found = await simulate(b, jobId, day)
  expect(found.duration_ms).toBe(lasting)
  expect(found.runs.slice(0, 3).map((run) => run.outcome)).toEqual(['runs', 'skips', 'runs'])
})

test('names triggers that nobody can foretell', async () => {
  await using b = await jobsBench()
  const trigger = { model: { securable_name: 'churn', condition: 'MODEL_CREATED' } }
  const jobId = await create(b, { trigger })
  expect(await simulate(b, jobId, { days: 1 })).toMatchObject({
    runs: [],
    unforeseeable: ['model'],
  })
})

test('keeps why a trigger fired and why it did not', async () => {
  await using b = await jobsBench()
  const jobId = await create(b, { schedule: hourly, max_concurrent_runs: 0 })
  b.ctx.advance(3_600_000)
  await inTransaction(b.ctx, runDueTriggers)
  const url = `/api/millrace/1.0/jobs/${jobId}/trigger-history`
  const { entries } = (await b.app.inject(url)).json<{ entries: object[] }>()
  expect(entries[0]).toMatchObject({
    kind: 'schedule',
    outcome: 'not_fired',
    description: expect.stringContaining('Skipped: the job already has 0 of 0') as string,
  })
})
