import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { appendEvent, inTransaction, type EventType, type NewEvent } from '../../core/index.ts'
import { eventually, jobsBench, type JobsBench } from '../../../../tests/jobs/jobs-bench.ts'

const task = { task_key: 't', condition_task: { op: 'EQUAL_TO', left: 'a', right: 'a' } }

async function happen(b: JobsBench, type: string, payload: object): Promise<void> {
  const event = { type, subject: 'test:1', payload } as unknown as NewEvent<EventType>
  await inTransaction(b.ctx, (tx) => appendEvent(tx, event))
}

async function create(b: JobsBench, settings: object): Promise<string> {
  const { job_id: id } = await b.post('create', { name: 'triggered', tasks: [task], ...settings })
  return String(id)
}

async function runsOf(b: JobsBench, jobId: string): Promise<Record<string, unknown>[]> {
  const { runs } = await b.get('runs/list', { job_id: jobId })
  return runs as Record<string, unknown>[]
}

async function historyOf(b: JobsBench, jobId: string): Promise<Record<string, unknown>> {
  const job = await b.get('get', { job_id: jobId })
  const [details] = job['trigger_details'] as { history: Record<string, unknown> }[]
  return details?.history ?? {}
}

function pass(b: JobsBench, ms: number): void {
  b.ctx.advance(ms)
  b.ctx.events.wake()
}

const minute = 60_000

test('runs on schedule in its time zone and can tell the scheduled instant', async () => {
  await using b = await jobsBench()
  const schedule = { quartz_cron_expression: '0 0 9 * * ?', timezone_id: 'Asia/Kolkata' }
  const jobId = await create(b, {
    schedule,
    tasks: [
      {
        ...task,
        condition_task: { ...task.condition_task, left: '{{job.trigger.time.iso_datetime}}' },
      },
    ],
  })
  pass(b, 3 * 60 * minute)
  expect(await runsOf(b, jobId)).toEqual([])
  pass(b, 31 * minute)
  await eventually(() => runsOf(b, jobId)).toHaveLength(1)
  const [run] = await runsOf(b, jobId)
  expect(run).toMatchObject({ trigger: 'PERIODIC', schedule })
  const ended = await b.get('runs/get', {
    run_id: String(run?.['run_id']),
    include_resolved_values: 'true',
  })
  await b.ended(Number(run?.['run_id']))
  expect(JSON.stringify(ended['tasks'])).toContain('2026-01-01T03:30:00')
  expect(await historyOf(b, jobId)).toMatchObject({
    last_triggered: {
      run_id: run?.['run_id'],
      description: expect.stringContaining('0 0 9 * * ?'),
    },
  })
})

test('says why a schedule did not run: the server was down, or it is paused', async () => {
  await using b = await jobsBench()
  const schedule = { quartz_cron_expression: '0 0 * * * ?', timezone_id: 'UTC' }
  const late = await create(b, { schedule })
  const paused = await create(b, { schedule: { ...schedule, pause_status: 'PAUSED' } })
  pass(b, 75 * minute)
  await eventually(() => historyOf(b, late)).toMatchObject({
    last_not_triggered: {
      description: expect.stringContaining('did not run at 2026-01-01T01:00:00'),
    },
  })
  expect(await historyOf(b, paused)).toMatchObject({
    last_not_triggered: { description: 'Paused: it starts no run' },
  })
  expect(await runsOf(b, late)).toEqual([])
})

test('runs once per interval', async () => {
  await using b = await jobsBench()
  const jobId = await create(b, { trigger: { periodic: { interval: 2, unit: 'MINUTES' } } })
  pass(b, 2 * minute)
  await eventually(() => runsOf(b, jobId)).toHaveLength(1)
  pass(b, 2 * minute)
  await eventually(() => runsOf(b, jobId)).toHaveLength(2)
  expect(await runsOf(b, jobId)).toHaveLength(2)
})

test('runs when any, or all, of its tables were committed, and waits for quiet', async () => {
  await using b = await jobsBench()
  const any = await create(b, { trigger: { table_update: { table_names: ['default.a', 'b'] } } })
  const all = await create(b, {
    trigger: {
      table_update: {
        table_names: ['a', 'b'],
        condition: 'ALL_UPDATED',
        wait_after_last_change_seconds: 60,
      },
    },
  })
  const committed = (table: string, version: number) =>
    happen(b, 'tables.committed', { table, version, operation: 'WRITE', rows: 1 })
  await committed('main.default.other', 1)
  await committed('main.default.a', 1)
  await eventually(() => runsOf(b, any)).toHaveLength(1)
  expect((await runsOf(b, any))[0]).toMatchObject({ trigger: 'TABLE' })
  await eventually(() => historyOf(b, all)).toMatchObject({
    last_not_triggered: { description: 'main.default.a was updated; still waiting for b' },
  })
  await committed('main.default.b', 4)
  await eventually(() => runsOf(b, any)).toHaveLength(2)
  expect(await runsOf(b, all)).toEqual([])
  pass(b, minute)
  await eventually(() => runsOf(b, all)).toHaveLength(1)
})

test('runs on a new model version, and on alerts that come together once', async () => {
  await using b = await jobsBench()
  const onModel = await create(b, {
    trigger: { model: { condition: 'MODEL_VERSION_READY', securable_name: 'churn' } },
  })
  const onAlert = await create(b, { trigger: { alert: { monitor_names: ['drift'] } } })
  await happen(b, 'registry.version_created', { name: 'other', version: 1 })
  await happen(b, 'registry.version_created', { name: 'churn', version: 3 })
  const alert = { monitor: 'drift', table: 't', column: 'x', metric: 'psi', value: 0.4, limit: 0.2 }
  await happen(b, 'monitoring.alert', alert)
  await happen(b, 'monitoring.alert', { ...alert, column: 'y' })
  await eventually(() => runsOf(b, onModel)).toHaveLength(1)
  await eventually(() => historyOf(b, onAlert)).toMatchObject({ last_not_triggered: {} })
  pass(b, 1000)
  await eventually(() => runsOf(b, onAlert)).toHaveLength(1)
  const [run] = await runsOf(b, onAlert)
  expect(run?.['trigger_info']).toMatchObject({ alerts: [{ column: 'x' }, { column: 'y' }] })
})

test('runs when a file arrives that was not there before', async () => {
  await using b = await jobsBench()
  const folder = join(b.ctx.config.dataDir, 'incoming')
  await mkdir(join(folder, 'deep'), { recursive: true })
  await writeFile(join(folder, 'old.csv'), 'x')
  const jobId = await create(b, { trigger: { file_arrival: { url: `file://${folder}/` } } })
  await b.restart()
  await writeFile(join(folder, 'old.csv'), 'changed')
  await writeFile(join(folder, 'deep', 'new.csv'), 'x')
  await eventually(() => runsOf(b, jobId)).toHaveLength(1)
  expect((await runsOf(b, jobId))[0]).toMatchObject({
    trigger: 'FILE_ARRIVAL',
    trigger_info: { files: ['deep/new.csv'] },
  })
  await expect(create(b, { trigger: { file_arrival: { url: 'file:///etc/' } } })).rejects.toThrow(
    /outside every external location/,
  )
})

test('keeps one run of a continuous job going, later after a failure', async () => {
  await using b = await jobsBench()
  const jobId = await create(b, {
    continuous: { pause_status: 'UNPAUSED' },
    tasks: [{ task_key: 't', condition_task: { op: 'LESS_THAN', left: 'a', right: 'b' } }],
  })
  await eventually(() => runsOf(b, jobId)).toHaveLength(1)
  await eventually(() => historyOf(b, jobId)).toMatchObject({
    last_not_triggered: { description: 'Waits 1 s after 1 failure(s) in a row' },
  })
  pass(b, 1000)
  await eventually(() => runsOf(b, jobId)).toHaveLength(2)
  expect((await runsOf(b, jobId))[0]).toMatchObject({ trigger: 'CONTINUOUS' })
})

test('does not fire while paused, and says what it let go', async () => {
  await using b = await jobsBench()
  const jobId = await create(b, {
    trigger: { pause_status: 'PAUSED', table_update: { table_names: ['a'] } },
  })
  await happen(b, 'tables.committed', {
    table: 'main.default.a',
    version: 7,
    operation: 'WRITE',
    rows: 1,
  })
  await eventually(() => historyOf(b, jobId)).toMatchObject({
    last_not_triggered: { description: 'Paused: main.default.a was updated to version 7' },
  })
  expect(await runsOf(b, jobId)).toEqual([])
})
