import { describe, expect, test } from 'vitest'
import { testDialects } from '../../core/testing.ts'
import {
  eventually,
  jobsBench,
  results,
  type JobsBench,
} from '../../../../tests/jobs/jobs-bench.ts'

type Json = Record<string, unknown>

const schedule = { quartz_cron_expression: '0 0 6 * * ?', timezone_id: 'UTC' }
const december = (day: number, hour = 0) => Date.UTC(2025, 11, day, hour)
const yes = { op: 'EQUAL_TO', left: 'a', right: 'a' }

interface Interval {
  readonly logical_time: number
  readonly action: string
  readonly state: string
  readonly reason: string
  readonly run_id?: number
  readonly tasks?: readonly { task_key: string; action: string; reason: string }[]
  readonly parameters?: Json
}

interface Answer extends Json {
  readonly backfill_id: number
  readonly state: string
  readonly counts: Json
  readonly intervals: readonly Interval[]
  readonly next_page_token?: string
}

async function call(b: JobsBench, path: string, body: Json): Promise<Answer> {
  return (await b.post(`../../millrace/1.0/jobs/backfill/${path}`, body)) as Answer
}

async function look(b: JobsBench, backfillId: number, query: Json = {}): Promise<Answer> {
  const asked = { backfill_id: String(backfillId), ...(query as Record<string, string>) }
  return (await b.get('../../millrace/1.0/jobs/backfill/get', asked)) as Answer
}

async function ended(b: JobsBench, backfillId: number): Promise<Answer> {
  await eventually(async () => (await look(b, backfillId)).state).not.toBe('RUNNING')
  return look(b, backfillId)
}

/** A daily job with a task that succeeds when `day` is not one of the bad ones. */
async function daily(b: JobsBench, settings: Json = {}): Promise<number> {
  const { job_id: jobId } = await b.post('create', {
    name: 'daily',
    schedule,
    parameters: [
      { name: 'day', default: '{{job.trigger.time.iso_date}}' },
      { name: 'limit', default: '1' },
    ],
    tasks: [
      { task_key: 'first', condition_task: yes },
      {
        task_key: 'check',
        depends_on: [{ task_key: 'first' }],
        // A text where a number is wanted fails.
        condition_task: { op: 'GREATER_THAN', left: '2', right: '{{job.parameters.limit}}' },
      },
    ],
    ...settings,
  })
  return Number(jobId)
}

const states = (answer: Answer) => answer.intervals.map((interval) => interval.state)
const actions = (answer: Answer) => answer.intervals.map((interval) => interval.action)

describe.each(testDialects)('backfills on %s', { timeout: 120_000 }, (dialect) => {
  test('run the job once for each time of its schedule, as it would have run then', async () => {
    await using b = await jobsBench(dialect)
    const jobId = await daily(b)
    const { backfill_id: id } = await call(b, 'create', {
      job_id: jobId,
      from_ms: december(1),
      to_ms: december(4),
    })
    const done = await ended(b, id)
    expect(done).toMatchObject({ state: 'SUCCEEDED', counts: { SUCCEEDED: 3 }, total: 3 })
    expect(done.intervals.map((interval) => interval.logical_time)).toEqual([
      december(1, 6),
      december(2, 6),
      december(3, 6),
    ])
    const run = await b.view(done.intervals[1]?.run_id ?? 0)
    expect(run).toMatchObject({
      trigger: 'BACKFILL',
      backfill: { backfill_id: id, logical_time: december(2, 6) },
      job_parameters: [{ name: 'day', value: '2025-12-02' }, { name: 'limit' }],
    })
  })

  test('run as many at a time as asked for, beside the runs of the job', async () => {
    await using b = await jobsBench(dialect)
    const wait = { model_name: 'm', model_version: '1', stage: 'Production' }
    const jobId = await daily(b, {
      max_concurrent_runs: 1,
      tasks: [{ task_key: 'wait', approval_task: wait }],
    })
    const { backfill_id: id } = await call(b, 'create', {
      job_id: jobId,
      from_ms: december(1),
      to_ms: december(6),
      max_parallel: 2,
      backwards: true,
    })
    expect(states(await look(b, id))).toEqual([
      'RUNNING',
      'RUNNING',
      'WAITING',
      'WAITING',
      'WAITING',
    ])
    const own = Number((await b.post('run-now', { job_id: jobId }))['run_id'])
    expect((await b.view(own)).state.life_cycle_state).not.toBe('SKIPPED')
    const [newest] = (await look(b, id)).intervals
    expect(newest?.logical_time).toBe(december(5, 6))
    await b.post('runs/cancel', { run_id: newest?.run_id })
    await eventually(async () => states(await look(b, id))).toEqual([
      'CANCELED',
      'RUNNING',
      'RUNNING',
      'WAITING',
      'WAITING',
    ])
    await b.restart()
    await call(b, 'cancel', { backfill_id: id })
    const done = await ended(b, id)
    expect(done).toMatchObject({ state: 'CANCELED', counts: { CANCELED: 5 } })
    expect((await b.view(own)).state.life_cycle_state).not.toBe('TERMINATED')
  })

  test('look at what is there already, and repair only what failed', async () => {
    await using b = await jobsBench(dialect)
    const jobId = await daily(b)
    const range = { job_id: jobId, from_ms: december(1), to_ms: december(4) }
    const broken = await call(b, 'create', {
      job_id: jobId,
      times_ms: [december(2, 6)],
      job_parameters: { limit: 'x' },
    })
    expect(await ended(b, broken.backfill_id)).toMatchObject({ state: 'FAILED' })
    const fine = await call(b, 'create', { job_id: jobId, times_ms: [december(1, 6)] })
    await ended(b, fine.backfill_id)

    expect(actions(await call(b, 'preview', range))).toEqual(['skip', 'skip', 'run'])
    expect(actions(await call(b, 'preview', { ...range, reprocess: 'completed' }))).toEqual([
      'run',
      'run',
      'run',
    ])
    const only = await call(b, 'preview', { ...range, failed_only: true })
    expect(only.intervals[1]).toMatchObject({
      action: 'repair',
      reason: expect.stringMatching(/^Run \d+ ended FAILED$/),
      tasks: [
        { task_key: 'first', action: 'skip', reason: expect.stringContaining('It succeeded') },
        { task_key: 'check', action: 'run', reason: 'It failed' },
      ],
    })
    expect(only.counts).toEqual({ run: 0, repair: 1, skip: 2 })

    const mended = await call(b, 'create', {
      ...range,
      failed_only: true,
      job_parameters: { limit: '1' },
    })
    const done = await ended(b, mended.backfill_id)
    expect(states(done)).toEqual(['SKIPPED', 'SUCCEEDED', 'SKIPPED'])
    const repaired = await b.view(done.intervals[1]?.run_id ?? 0)
    expect(results(repaired)).toEqual({ first: 'SUCCESS', check: 'SUCCESS' })
    expect(repaired.tasks.filter((task) => task.task_key === 'first')).toHaveLength(1)
    expect(repaired).toMatchObject({ backfill: { backfill_id: mended.backfill_id } })
  })

  test('answer the same backfill for the same token, and list the newest first', async () => {
    await using b = await jobsBench(dialect)
    const jobId = await daily(b)
    const asked = { job_id: jobId, from_ms: december(1), to_ms: december(3) }
    const [one, two] = await Promise.all(
      [1, 2].map(() => call(b, 'create', { ...asked, idempotency_token: 't' })),
    )
    expect(two?.backfill_id).toBe(one?.backfill_id)
    await ended(b, one?.backfill_id ?? 0)
    const again = await call(b, 'create', { ...asked, reprocess: 'completed' })
    await ended(b, again.backfill_id)
    const list = await b.get('../../millrace/1.0/jobs/backfill/list', {
      job_id: String(jobId),
      limit: '1',
    })
    expect(list).toMatchObject({ backfills: [{ backfill_id: again.backfill_id }] })
    const rest = await b.get('../../millrace/1.0/jobs/backfill/list', {
      job_id: String(jobId),
      limit: '1',
      page_token: String(list['next_page_token']),
    })
    expect(rest).toMatchObject({ backfills: [{ backfill_id: one?.backfill_id }] })
    expect(rest['next_page_token']).toBeUndefined()
    const { runs } = await b.get('runs/list', { job_id: String(jobId) })
    expect(runs).toHaveLength(4)
  })

  test('go on past an interval that fails, and count a repair by hand', async () => {
    await using b = await jobsBench(dialect)
    const jobId = await daily(b, {
      parameters: [{ name: 'limit', default: '{{backfill.day}}' }],
      tasks: [
        {
          task_key: 'odd',
          condition_task: {
            op: 'GREATER_THAN',
            left: '5',
            right: '{{job.parameters.limit}}{{task.execution_count}}',
          },
        },
      ],
    })
    const { backfill_id: id } = await call(b, 'create', {
      job_id: jobId,
      from_ms: december(1),
      to_ms: december(3),
      job_parameters: { limit: 'x' },
    })
    const done = await ended(b, id)
    expect([done.state, ...states(done)]).toEqual(['FAILED', 'FAILED', 'FAILED'])
    for (const { run_id: runId } of done.intervals) {
      await b.post('runs/repair', {
        run_id: runId,
        rerun_all_failed_tasks: true,
        job_parameters: { limit: '' },
      })
    }
    await eventually(async () => (await look(b, id)).state).toBe('SUCCEEDED')
  })

  test('end with the job that is deleted', async () => {
    await using b = await jobsBench(dialect)
    const wait = { model_name: 'm', model_version: '1', stage: 'Production' }
    const jobId = await daily(b, { tasks: [{ task_key: 'wait', approval_task: wait }] })
    const { backfill_id: id } = await call(b, 'create', {
      job_id: jobId,
      from_ms: december(1),
      to_ms: december(20),
    })
    await b.post('delete', { job_id: jobId })
    expect(await ended(b, id)).toMatchObject({ state: 'CANCELED', counts: { CANCELED: 19 } })
  })
})

test('a preview tells of every interval and task, a page at a time', async () => {
  await using b = await jobsBench()
  const jobId = await daily(b, {
    tasks: [
      { task_key: 'check', condition_task: yes },
      {
        task_key: 'then',
        condition_task: yes,
        depends_on: [{ task_key: 'check', outcome: 'true' }],
      },
      { task_key: 'off', condition_task: yes, disabled: true },
      { task_key: 'after_off', condition_task: yes, depends_on: [{ task_key: 'off' }] },
      { task_key: 'after', condition_task: yes, depends_on: [{ task_key: 'check' }] },
      {
        task_key: 'alarm',
        condition_task: yes,
        depends_on: [{ task_key: 'after' }],
        run_if: 'AT_LEAST_ONE_FAILED',
      },
    ],
  })
  const asked = {
    job_id: jobId,
    from_ms: december(29),
    to_ms: Date.UTC(2026, 0, 3),
    job_parameters: { day: '{{backfill.iso_datetime}}' },
    limit: 3,
  }
  const first = await call(b, 'preview', asked)
  expect(first).toMatchObject({ counts: { run: 3, skip: 2 }, max_parallel: 1, cadence: schedule })
  expect(first.intervals[0]).toMatchObject({
    parameters: { day: '2025-12-29T06:00:00', limit: '1' },
    reason: 'No run yet',
    tasks: [
      { task_key: 'check', action: 'run' },
      { task_key: 'then', action: 'depends', reason: 'Only when check is true' },
      { task_key: 'off', action: 'skip', reason: 'Disabled' },
      { task_key: 'after_off', action: 'skip', reason: 'off will not run' },
      { task_key: 'after', action: 'run', reason: 'After check' },
      { task_key: 'alarm', action: 'depends', reason: 'Only when after meets AT_LEAST_ONE_FAILED' },
    ],
  })
  const rest = await call(b, 'preview', { ...asked, page_token: first.next_page_token })
  expect(rest.intervals.map((interval) => interval.reason)).toEqual([
    'It is still to come: the schedule will run it',
    'It is still to come: the schedule will run it',
  ])
  expect(rest.next_page_token).toBeUndefined()
})

test.each([
  [{ from_ms: 2, to_ms: 1 }, 'which is not after its start'],
  [{ from_ms: 1 }, 'Give both from_ms and to_ms'],
  [{}, 'Give either from_ms and to_ms, or times_ms'],
  [{ from_ms: 1, to_ms: 2 }, 'The job does not fire in this range'],
  [{ from_ms: 0, to_ms: 10 ** 12 }, 'more than 10000 logical times from 1970-01-01'],
  [{ times_ms: [1], job_parameters: { nope: '1' } }, "job_parameters names 'nope'"],
  [{ times_ms: [1], job_parameters: { day: '{{backfill.nope}}' } }, 'a time has iso_date'],
  [{ times_ms: [1], only: ['nope'] }, "'nope' is not a task of this job"],
  [{ times_ms: [1], failed_only: true, reprocess: 'none' }, "reprocess 'none' says otherwise"],
])('refuses %j', async (asked, message) => {
  await using b = await jobsBench()
  const jobId = await daily(b)
  await expect(call(b, 'create', { job_id: jobId, ...asked })).rejects.toThrow(message)
})

test('needs a cadence where the job has none, and counts it from the start', async () => {
  await using b = await jobsBench()
  const { job_id: jobId } = await b.post('create', {
    tasks: [{ task_key: 't', condition_task: yes }],
  })
  const range = { job_id: jobId, from_ms: december(1, 5), to_ms: december(2) }
  await expect(call(b, 'create', range)).rejects.toThrow('give the backfill a cadence')
  const preview = await call(b, 'preview', { ...range, cadence: { interval: 8, unit: 'HOURS' } })
  expect(preview.intervals.map((interval) => interval.logical_time)).toEqual([
    december(1, 5),
    december(1, 13),
    december(1, 21),
  ])
})
