import { describe, expect, test } from 'vitest'
import { listEvents } from '../../core/index.ts'
import { testDialects } from '../../core/testing.ts'
import { eventually, jobsBench, results } from '../../../../tests/jobs/jobs-bench.ts'

const yes = { op: 'EQUAL_TO', left: 'a', right: 'a' }
const no = { op: 'EQUAL_TO', left: 'a', right: 'b' }
const broken = { op: 'GREATER_THAN', left: 'a', right: 'b' }

function condition(key: string, task: object, before: readonly object[] = []): object {
  return { task_key: key, condition_task: task, depends_on: before }
}

// An in-process Postgres takes its time to start on a busy machine.
describe.each(testDialects)('engine on %s', { timeout: 120_000 }, (dialect) => {
  test('takes the branch that a condition chose and excludes the other', async () => {
    await using b = await jobsBench(dialect)
    const runId = await b.run({
      name: 'branches',
      tasks: [
        condition('check', yes),
        condition('taken', yes, [{ task_key: 'check', outcome: 'true' }]),
        condition('other', yes, [{ task_key: 'check', outcome: 'false' }]),
        {
          ...condition('join', yes, [{ task_key: 'taken' }, { task_key: 'other' }]),
          run_if: 'NONE_FAILED',
        },
      ],
    })
    const run = await b.ended(runId)
    expect(run.state).toMatchObject({ life_cycle_state: 'TERMINATED', result_state: 'SUCCESS' })
    expect(results(run)).toEqual({
      check: 'SUCCESS',
      taken: 'SUCCESS',
      other: 'EXCLUDED',
      join: 'SUCCESS',
    })
  })

  test('ends FAILED when a leaf fails and names the task', async () => {
    await using b = await jobsBench(dialect)
    const run = await b.ended(
      await b.run({
        tasks: [condition('bad', broken), condition('next', yes, [{ task_key: 'bad' }])],
      }),
    )
    expect(run.state.result_state).toBe('FAILED')
    expect(run.state.state_message).toMatch(
      /^Task bad failed with message: GREATER_THAN compares numbers/,
    )
    expect(results(run)).toEqual({ bad: 'FAILED', next: 'UPSTREAM_FAILED' })
  })

  test('ends SUCCESS_WITH_FAILURES when only inner tasks failed', async () => {
    await using b = await jobsBench(dialect)
    const run = await b.ended(
      await b.run({
        tasks: [
          condition('bad', broken),
          { ...condition('cleanup', no, [{ task_key: 'bad' }]), run_if: 'ALL_DONE' },
        ],
      }),
    )
    expect(run.state.result_state).toBe('SUCCESS_WITH_FAILURES')
    expect(run['status']).toMatchObject({
      state: 'TERMINATED',
      termination_details: { code: 'SUCCESS_WITH_FAILURES', type: 'SUCCESS' },
    })
  })

  test('runs the iterations of a for-each and replaces their input', async () => {
    await using b = await jobsBench(dialect)
    const runId = await b.run({
      parameters: [{ name: 'limit', default: '2' }],
      tasks: [
        {
          task_key: 'each',
          for_each_task: {
            inputs: '[{"n": 1}, {"n": 2}, {"n": 3}]',
            concurrency: 2,
            task: condition('one', {
              op: 'LESS_THAN',
              left: '{{input.n}}',
              right: '{{job.parameters.limit}}',
            }),
          },
        },
      ],
    })
    const run = await b.ended(runId)
    expect(run.state.result_state).toBe('SUCCESS')
    const each = await b.view(run.tasks[0]?.run_id ?? 0)
    const iterations = each['iterations'] as { condition_task: object; iteration: number }[]
    expect(iterations.map((one) => one.condition_task)).toMatchObject([
      { outcome: 'true' },
      { outcome: 'false' },
      { outcome: 'false' },
    ])
  })

  test('runs another job as a task and fails as it fails', async () => {
    await using b = await jobsBench(dialect)
    const { job_id: inner } = await b.post('create', {
      name: 'inner',
      tasks: [condition('bad', broken)],
    })
    const run = await b.ended(
      await b.run({ tasks: [{ task_key: 'outer', run_job_task: { job_id: inner } }] }),
    )
    expect(results(run)).toEqual({ outer: 'FAILED' })
    const output = await b.get('runs/get-output', { run_id: String(run.tasks[0]?.run_id) })
    const child = output['run_job_output'] as { run_id: number }
    expect((await b.view(child.run_id))['trigger']).toBe('RUN_JOB_TASK')
  })

  test('stops a job that runs itself for ever', async () => {
    await using b = await jobsBench(dialect)
    const { job_id: jobId } = await b.post('create', {
      tasks: [condition('x', yes)],
      max_concurrent_runs: 100,
    })
    await b.post('reset', {
      job_id: jobId,
      new_settings: {
        max_concurrent_runs: 100,
        tasks: [{ task_key: 'again', run_job_task: { job_id: jobId } }],
      },
    })
    const { run_id: runId } = await b.post('run-now', { job_id: jobId })
    const run = await b.ended(Number(runId))
    expect(run.state.result_state).toBe('FAILED')
  })

  test('waits for an approval, shows it as BLOCKED, and cancels', async () => {
    await using b = await jobsBench(dialect)
    const runId = await b.run({
      tasks: [
        {
          task_key: 'approve',
          approval_task: { model_name: 'churn', model_version: '3', stage: 'Production' },
        },
        condition('deploy', yes, [{ task_key: 'approve' }]),
      ],
    })
    await eventually(async () => (await b.view(runId)).state).toMatchObject({
      life_cycle_state: 'BLOCKED',
      state_message: 'waiting for approval of churn 3 for Production',
    })
    await b.restart()
    await b.post('runs/cancel', { run_id: runId })
    const run = await b.ended(runId)
    expect(run.state.result_state).toBe('CANCELED')
    expect(results(run)).toEqual({ approve: 'CANCELED', deploy: 'CANCELED' })
  })

  test('skips, or queues, a run over max_concurrent_runs and lets the queue out', async () => {
    await using b = await jobsBench(dialect)
    const waiting = {
      task_key: 'w',
      approval_task: { model_name: 'm', model_version: '1', stage: 'Production' },
    }
    const { job_id: jobId } = await b.post('create', { tasks: [waiting], max_concurrent_runs: 1 })
    const start = async (body = {}) =>
      Number((await b.post('run-now', { job_id: jobId, ...body }))['run_id'])
    const first = await start()
    const second = await start()
    expect((await b.view(second)).state).toMatchObject({
      life_cycle_state: 'SKIPPED',
      result_state: 'MAXIMUM_CONCURRENT_RUNS_REACHED',
    })
    const third = await start({ queue: { enabled: true } })
    expect((await b.view(third)).state.life_cycle_state).toBe('QUEUED')
    await b.post('runs/cancel', { run_id: first })
    await eventually(async () => (await b.view(third)).state.life_cycle_state).toBe('BLOCKED')
    await b.post('runs/cancel-all', { job_id: jobId })
    expect((await b.ended(third)).state.result_state).toBe('CANCELED')
  })

  test('answers the same run for the same idempotency token', async () => {
    await using b = await jobsBench(dialect)
    const { job_id: jobId } = await b.post('create', { tasks: [condition('x', yes)] })
    const body = { job_id: jobId, idempotency_token: 'once' }
    const first = await b.post('run-now', body)
    expect(await b.post('run-now', body)).toEqual(first)
    await b.ended(Number(first['run_id']))
    await b.post('runs/delete', { run_id: first['run_id'] })
    await expect(b.post('run-now', body)).rejects.toThrow(/has been deleted/)
  })

  test('repairs the failed tasks with the settings of now and keeps the history', async () => {
    await using b = await jobsBench(dialect)
    const { job_id: jobId } = await b.post('create', {
      tasks: [
        condition('ok', yes),
        condition('bad', broken, [{ task_key: 'ok' }]),
        condition('after', yes, [{ task_key: 'bad' }]),
      ],
    })
    const { run_id: runId } = await b.post('run-now', { job_id: jobId })
    const before = await b.ended(Number(runId))
    await b.post('update', {
      job_id: jobId,
      new_settings: { tasks: [condition('bad', yes, [{ task_key: 'ok' }])] },
    })
    const { repair_id: repairId } = await b.post('runs/repair', {
      run_id: runId,
      rerun_all_failed_tasks: true,
    })
    await eventually(async () => (await b.view(Number(runId))).state.result_state).toBe('SUCCESS')
    const run = await b.get('runs/get', { run_id: String(runId), include_history: 'true' })
    expect(run['repair_history']).toMatchObject([
      {
        type: 'ORIGINAL',
        state: { result_state: 'FAILED' },
        task_run_ids: before.tasks.map((t) => t.run_id),
      },
      { type: 'REPAIR', id: repairId, state: { result_state: 'SUCCESS' } },
    ])
    await expect(b.post('runs/repair', { run_id: runId, rerun_tasks: ['ok'] })).rejects.toThrow(
      /latest_repair_id must be/,
    )
  })
})

test('says once that a run and a task take longer than their health rules allow', async () => {
  await using b = await jobsBench()
  const rule = (value: number) => ({
    rules: [{ metric: 'RUN_DURATION_SECONDS', op: 'GREATER_THAN', value }],
  })
  const wait = {
    task_key: 'w',
    approval_task: { model_name: 'm', model_version: '1', stage: 'Production' },
  }
  const runId = await b.run({ health: rule(60), tasks: [{ ...wait, health: rule(30) }] })
  await eventually(async () => (await b.view(runId)).state.life_cycle_state).toBe('BLOCKED')
  const broken = async () =>
    (await listEvents(b.ctx.db, { after: 0, limit: 100, types: ['jobs.health_rule_broken'] })).map(
      (event) => event.payload,
    )
  for (const seconds of [31, 31, 31]) {
    b.ctx.advance(seconds * 1000)
    b.ctx.events.wake()
    await eventually(async () => (await broken()).length).toBeGreaterThan(0)
  }
  await eventually(async () => (await broken()).length).toBe(2)
  expect(await broken()).toMatchObject([
    { task_key: 'w', limit: 30 },
    { task_key: null, limit: 60 },
  ])
})

test('runs only the tasks asked for, with those before or after them', async () => {
  await using b = await jobsBench()
  const { job_id: jobId } = await b.post('create', {
    tasks: [
      condition('a', yes),
      condition('b', yes, [{ task_key: 'a' }]),
      condition('c', yes, [{ task_key: 'b' }]),
    ],
    max_concurrent_runs: 10,
  })
  const ran = async (only: readonly string[]) => {
    const { run_id: runId } = await b.post('run-now', { job_id: jobId, only })
    return Object.keys(results(await b.ended(Number(runId))))
  }
  expect(await ran(['b'])).toEqual(['b'])
  expect(await ran(['+b'])).toEqual(['a', 'b'])
  expect(await ran(['b+'])).toEqual(['b', 'c'])
  await expect(ran(['x'])).rejects.toThrow(/'x' is not a task of this job/)
})

test('ends a disabled task DISABLED, and what follows it alone EXCLUDED', async () => {
  await using b = await jobsBench()
  const runId = await b.run({
    tasks: [
      { ...condition('off', yes), disabled: true },
      condition('on', yes),
      condition('alone', yes, [{ task_key: 'off' }]),
      condition('both', yes, [{ task_key: 'off' }, { task_key: 'on' }]),
    ],
  })
  const run = await b.ended(runId)
  expect(run.state.result_state).toBe('SUCCESS')
  expect(results(run)).toEqual({
    off: 'DISABLED',
    on: 'SUCCESS',
    alone: 'EXCLUDED',
    both: 'SUCCESS',
  })
})

test('runs every iteration of a for-each and fails when some did', async () => {
  await using b = await jobsBench()
  const nested = condition('one', { op: 'LESS_THAN', left: '{{input}}', right: '2' })
  const each = { inputs: '[1, "x", 3]', concurrency: 1, task: nested }
  const run = await b.ended(await b.run({ tasks: [{ task_key: 'each', for_each_task: each }] }))
  expect(run.tasks[0]?.state.state_message).toMatch(
    /^1 of 3 iterations did not succeed; the first is number 1/,
  )
  expect(run.tasks[0]?.['for_each_task']).toMatchObject({
    stats: { task_run_stats: { completed_iterations: 3, failed_iterations: 1 } },
  })
  const bad = { ...each, inputs: '{{job.id}}' }
  const other = await b.ended(await b.run({ tasks: [{ task_key: 'each', for_each_task: bad }] }))
  expect(other.tasks[0]?.state.state_message).toMatch(/must be a JSON array; found \d+/)
})

test('cancels one task and what depends on it, but not the rest', async () => {
  await using b = await jobsBench()
  const wait = (key: string, version: string) => ({
    task_key: key,
    approval_task: { model_name: 'm', model_version: version, stage: 'Production' },
  })
  const runId = await b.run({
    tasks: [
      wait('a', '1'),
      condition('after', yes, [{ task_key: 'a' }]),
      { ...condition('cleanup', yes, [{ task_key: 'a' }]), run_if: 'ALL_DONE' },
    ],
  })
  await eventually(async () => (await b.view(runId)).state.life_cycle_state).toBe('BLOCKED')
  const [first] = (await b.view(runId)).tasks
  await b.post('runs/cancel', { run_id: first?.run_id })
  const run = await b.ended(runId)
  expect(results(run)).toEqual({ a: 'CANCELED', after: 'UPSTREAM_CANCELED', cleanup: 'SUCCESS' })
  expect(run.state.result_state).toBe('CANCELED')
})

test('cancels the run that a task started with it', async () => {
  await using b = await jobsBench()
  const wait = {
    task_key: 'w',
    approval_task: { model_name: 'm', model_version: '1', stage: 'Production' },
  }
  const { job_id: inner } = await b.post('create', { name: 'inner', tasks: [wait] })
  const runId = await b.run({ tasks: [{ task_key: 'x', run_job_task: { job_id: inner } }] })
  const child = async () => {
    const { runs } = await b.get('runs/list', { job_id: String(inner) })
    return (runs as { run_id: number; state: object }[])[0]
  }
  await eventually(child).toMatchObject({ state: { life_cycle_state: 'BLOCKED' } })
  await b.post('runs/cancel', { run_id: runId })
  expect((await b.ended(runId)).state.result_state).toBe('CANCELED')
  const ended = await b.ended((await child())?.run_id ?? 0)
  expect(ended.state.result_state).toBe('CANCELED')
})
