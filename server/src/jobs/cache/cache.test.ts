import { describe, expect, test } from 'vitest'
import { listEdges } from '../../core/index.ts'
import { testDialects } from '../../core/testing.ts'
import { runStatement } from '../../tables/index.ts'
import {
  jobsBench,
  type JobsBench,
  type RunView,
  type TaskView,
} from '../../../../tests/jobs/jobs-bench.ts'

interface Decision {
  readonly hit: boolean
  readonly reason: string
  readonly run_id?: number
  readonly task_run_id?: number
  readonly differences: readonly Record<string, unknown>[]
}

const decisionOf = (task: TaskView | undefined) => task?.['cache_decision'] as Decision | undefined

function partsOf(run: RunView): unknown[] {
  return (decisionOf(run.tasks[0])?.differences ?? []).map(({ part, name }) => [part, name])
}

async function sql(b: JobsBench, statement: string): Promise<void> {
  await runStatement(b.ctx, { sql: statement, sink: { start: () => {}, push: () => true } })
}

async function again(b: JobsBench, jobId: unknown, overrides: object = {}): Promise<RunView> {
  const { run_id: runId } = await b.post('run-now', { job_id: jobId, ...overrides })
  const run = await b.ended(Number(runId))
  expect(run.state).toMatchObject({ result_state: 'SUCCESS' })
  return run
}

describe.each(testDialects)('cached SQL tasks on %s', { timeout: 120_000 }, (dialect) => {
  test('hit when nothing has changed, and say which one thing has', async () => {
    await using b = await jobsBench(dialect)
    await sql(b, 'create table main.default.src as select 1 as x')
    await b.write('/Users/me/q/a.sql', 'select x, :day as day from main.default.src')
    const task = {
      task_key: 'a',
      cache: {},
      sql_task: { warehouse_id: 'default', file: { path: '/Users/me/q/a.sql' } },
    }
    const settings = {
      name: 'cached',
      parameters: [{ name: 'day', default: 'monday' }],
      tasks: [task],
    }
    const { job_id: jobId } = await b.post('create', settings)

    const first = await again(b, jobId)
    expect(decisionOf(first.tasks[0])).toEqual({
      hit: false,
      reason: 'Ran because it has not succeeded before',
      differences: [],
    })
    const hit = await again(b, jobId)
    expect(decisionOf(hit.tasks[0])).toMatchObject({
      hit: true,
      reason: expect.stringMatching(/^Hit because nothing has changed since run \d+/),
      run_id: first['run_id'],
      task_run_id: first.tasks[0]?.run_id,
    })
    const outputs = await Promise.all(
      [first, hit].map((run) => b.get('runs/get-output', { run_id: String(run.tasks[0]?.run_id) })),
    )
    expect(outputs[1]?.['sql_output']).toEqual(outputs[0]?.['sql_output'])
    const reused = await listEdges(b.ctx.db, { from: `attempt:${hit.tasks[0]?.run_id}` })
    expect(reused.map((edge) => [edge.kind, edge.to])).toContainEqual([
      'REUSED',
      `attempt:${first.tasks[0]?.run_id}`,
    ])
    // A hit stands for nothing itself: the next one is about the same success.
    expect(decisionOf((await again(b, jobId)).tasks[0])?.run_id).toBe(first['run_id'])

    const tuesday = await again(b, jobId, { job_parameters: { day: 'tuesday' } })
    expect(decisionOf(tuesday.tasks[0])).toMatchObject({
      hit: false,
      reason: expect.stringContaining('parameter parameters.day was monday, is tuesday'),
      differences: [{ part: 'parameter', before: 'monday', after: 'tuesday' }],
    })

    await sql(b, 'insert into main.default.src values (2)')
    const table = await again(b, jobId)
    expect(decisionOf(table.tasks[0])?.reason).toContain(
      'table main.default.src was version 0, is version 1',
    )
    expect(partsOf(table)).toEqual([['table', 'main.default.src']])
    expect(decisionOf((await again(b, jobId)).tasks[0])?.hit).toBe(true)

    await b.write('/Users/me/q/a.sql', 'select x + 1, :day as day from main.default.src')
    const code = await again(b, jobId)
    expect(partsOf(code)).toEqual([['code', '/Users/me/q/a.sql']])

    const reset = (cache: object) =>
      b.post('reset', { job_id: jobId, new_settings: { ...settings, tasks: [{ ...task, cache }] } })
    await reset({ version: '2' })
    expect(partsOf(await again(b, jobId))).toEqual([['version', 'version']])
    b.ctx.advance(3_600_000)
    await reset({ version: '2', max_age_seconds: 60 })
    const old = await again(b, jobId)
    expect(decisionOf(old.tasks[0])?.reason).toContain('the result is 3600 s old, more than 60 s')
    await reset({ enabled: false })
    expect(decisionOf((await again(b, jobId)).tasks[0])).toBeUndefined()
  })

  test('do not hit when what they wrote is gone, and look at the tables that are declared', async () => {
    await using b = await jobsBench(dialect)
    await sql(b, 'create table main.default.src as select 1 as x')
    await b.write('/Users/me/q/w.sql', 'create or replace table main.default.out as select 1 as x')
    const task = {
      task_key: 'w',
      cache: { tables: ['main.default.src'] },
      sql_task: { warehouse_id: 'default', file: { path: '/Users/me/q/w.sql' } },
    }
    const { job_id: jobId } = await b.post('create', { tasks: [task] })
    await again(b, jobId)
    expect(decisionOf((await again(b, jobId)).tasks[0])?.hit).toBe(true)
    await sql(b, 'insert into main.default.src values (2)')
    expect(partsOf(await again(b, jobId))).toEqual([['table', 'main.default.src']])
    await sql(b, 'drop table main.default.out')
    const gone = await again(b, jobId)
    expect(decisionOf(gone.tasks[0])?.reason).toContain(
      'table main.default.out, which it wrote, is gone',
    )
    expect(decisionOf((await again(b, jobId)).tasks[0])?.hit).toBe(true)
  })
})

const script = (key: string, cache: object | undefined, extra: object = {}) => ({
  task_key: key,
  spark_python_task: { python_file: `/Users/me/p/${key}.py` },
  ...(cache ? { cache } : {}),
  ...extra,
})

test('a script that hits gives its values; its imports and the values before it count', async () => {
  await using b = await jobsBench()
  const setter = (value: string) =>
    `from millrace._dbutils import TaskValues\nTaskValues().set("n", ${value})\n`
  await b.write('/Users/me/p/one.py', setter('1'))
  await b.write('/Users/me/p/helper.py', 'ANSWER = 42\n')
  await b.write('/Users/me/p/other.py', 'x = 1\n')
  await b.write('/Users/me/p/two.py', `import helper\n${setter('helper.ANSWER')}`)
  const { job_id: jobId } = await b.post('create', {
    tasks: [
      script('one', undefined),
      script('two', {}, { depends_on: [{ task_key: 'one' }] }),
      {
        task_key: 'three',
        depends_on: [{ task_key: 'two' }],
        condition_task: { op: 'EQUAL_TO', left: '{{tasks.two.values.n}}', right: '42' },
      },
    ],
  })
  const decided = (run: RunView) => decisionOf(run.tasks.find((task) => task.task_key === 'two'))
  await again(b, jobId)
  await b.write('/Users/me/p/other.py', 'x = 2\n')
  const hit = await again(b, jobId)
  expect(decided(hit)).toMatchObject({ hit: true })
  expect(hit.tasks.find((task) => task.task_key === 'three')).toMatchObject({
    condition_task: { outcome: 'true' },
  })
  await b.write('/Users/me/p/helper.py', 'ANSWER = 43\n')
  expect(decided(await again(b, jobId))?.reason).toContain('the code /Users/me/p/helper.py changed')
  await b.write('/Users/me/p/one.py', setter('2'))
  expect(decided(await again(b, jobId))?.reason).toContain(
    'parameter tasks.one.values.n was 1, is 2',
  )
})

test('only a success stands for others, and a repair that names the task runs it', async () => {
  await using b = await jobsBench()
  await b.write(
    '/Users/me/p/flaky.py',
    'import os, sys\nsys.exit(0 if os.path.exists("/nope") else 3)\n',
  )
  const { job_id: jobId } = await b.post('create', { tasks: [script('flaky', {})] })
  const { run_id: failed } = await b.post('run-now', { job_id: jobId })
  expect((await b.ended(Number(failed))).state.result_state).toBe('FAILED')
  const { run_id: second } = await b.post('run-now', { job_id: jobId })
  expect(decisionOf((await b.ended(Number(second))).tasks[0])?.reason).toBe(
    'Ran because it has not succeeded before',
  )
  await b.write('/Users/me/p/flaky.py', 'print("fine")\n')
  const fine = await again(b, jobId)
  await b.post('runs/repair', { run_id: fine['run_id'], rerun_tasks: ['flaky'] })
  const repaired = await b.ended(Number(fine['run_id']))
  expect(decisionOf(repaired.tasks.at(-1))).toMatchObject({
    hit: false,
    reason: 'Ran because a repair asked for it again',
  })
})

test('each iteration of a for-each is looked up by its input', async () => {
  await using b = await jobsBench()
  await b.write('/Users/me/q/each.sql', 'select :n as n')
  const each = (inputs: string) => ({
    name: 'each',
    tasks: [
      {
        task_key: 'each',
        for_each_task: {
          inputs,
          task: {
            task_key: 'one',
            cache: {},
            sql_task: {
              warehouse_id: 'default',
              file: { path: '/Users/me/q/each.sql' },
              parameters: { n: '{{input}}' },
            },
          },
        },
      },
    ],
  })
  const { job_id: jobId } = await b.post('create', each('[1, 2]'))
  await again(b, jobId)
  await b.post('reset', { job_id: jobId, new_settings: each('[1, 3]') })
  const run = await again(b, jobId)
  const { iterations } = await b.view(run.tasks[0]?.run_id ?? 0)
  expect((iterations as TaskView[]).map((one) => decisionOf(one)?.hit)).toEqual([true, false])
})

test('only tasks that run code can be cached', async () => {
  await using b = await jobsBench()
  const condition_task = { op: 'EQUAL_TO', left: 'a', right: 'a' }
  await expect(
    b.post('create', { tasks: [{ task_key: 't', cache: {}, condition_task }] }),
  ).rejects.toThrow("Field 'cache' is not supported: task 't' is a condition_task")
})
