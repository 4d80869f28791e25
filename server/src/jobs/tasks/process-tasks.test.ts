import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ensureUv, findPython } from '../../../../scripts/python-envs.mjs'
import { createScope, putSecret } from '../../auth/index.ts'
import { makeDirectories, writeFile as writeWorkspaceFile } from '../../workspace/index.ts'
import { listEdges } from '../../core/index.ts'
import { eventually, jobsBench, results } from '../../../../tests/jobs/jobs-bench.ts'

function script(key: string, extra: object = {}): object {
  return { task_key: key, spark_python_task: { python_file: `/Users/me/p/${key}.py` }, ...extra }
}

const after = (key: string) => ({ depends_on: [{ task_key: key }] })

test('runs a script with its arguments, its folder and a token to call back', async () => {
  await using b = await jobsBench()
  await b.write('/Users/me/p/helper.py', 'ANSWER = 42\n')
  await b.write(
    '/Users/me/p/a.py',
    'import sys, helper\nfrom millrace._dbutils import TaskValues\nprint(sys.argv[1:], helper.ANSWER)\nTaskValues().set("n", {"x": [1]})\n',
  )
  await b.write(
    '/Users/me/p/b.py',
    'import sys\nfrom millrace._dbutils import TaskValues\nprint(sys.argv[1], TaskValues().get("a", "n"))\n',
  )
  const runId = await b.run({
    name: 'values',
    parameters: [{ name: 'day', default: 'monday' }],
    tasks: [
      script('a', {
        spark_python_task: {
          python_file: '/Users/me/p/a.py',
          parameters: ['{{job.parameters.day}}', '{{task.name}}'],
        },
      }),
      {
        ...after('a'),
        task_key: 'b',
        spark_python_task: {
          python_file: '/Users/me/p/b.py',
          parameters: ['{{tasks.a.values.n.x}}'],
        },
      },
    ],
  })
  const run = await b.ended(runId)
  expect(results(run)).toEqual({ a: 'SUCCESS', b: 'SUCCESS' })
  const logs = await Promise.all(
    run.tasks.map((task) => b.get('runs/get-output', { run_id: String(task.run_id) })),
  )
  expect(logs.map((output) => output['logs'])).toEqual(["['monday', 'a'] 42\n", "[1] {'x': [1]}\n"])
  const edges = await listEdges(b.ctx.db, { from: `attempt:${run.tasks[0]?.run_id}` })
  expect(edges.map((edge) => [edge.kind, edge.to.replace(/@.*/, '')])).toEqual(
    expect.arrayContaining([
      ['PART_OF', `job-run:${runId}`],
      ['USED_CODE', 'file:/Users/me/p/a.py'],
    ]),
  )
})

test('retries a failing script, each attempt with an id of its own', async () => {
  await using b = await jobsBench()
  await b.write(
    '/Users/me/p/flaky.py',
    'import sys\nif int(sys.argv[1]) < 3: raise RuntimeError("not yet")\n',
  )
  const run = await b.ended(
    await b.run({
      tasks: [
        script('flaky', {
          max_retries: 2,
          spark_python_task: {
            python_file: '/Users/me/p/flaky.py',
            parameters: ['{{task.execution_count}}'],
          },
        }),
      ],
    }),
  )
  expect(run.state.result_state).toBe('SUCCESS')
  expect(run.tasks.map((task) => [task.attempt_number, task.state.result_state])).toEqual([
    [0, 'FAILED'],
    [1, 'FAILED'],
    [2, 'SUCCESS'],
  ])
  expect(run.tasks[0]?.state.state_message).toBe('RuntimeError: not yet')
  const output = await b.get('runs/get-output', { run_id: String(run.tasks[0]?.run_id) })
  expect(output).toMatchObject({ error: 'RuntimeError: not yet' })
  expect(output['error_trace']).toContain('raise RuntimeError')
})

test('stops a task at its timeout and a run when it is canceled', async () => {
  await using b = await jobsBench()
  await b.write('/Users/me/p/slow.py', 'import time\nprint("here", flush=True)\ntime.sleep(600)\n')
  const slow = await b.run({ tasks: [script('slow', { timeout_seconds: 1 })] })
  const log = async (runId: number) =>
    (await b.get('runs/get-output', { run_id: String(runId) }).catch(() => ({})))['logs' as never]
  await eventually(() => log(slow)).toBe('here\n')
  b.ctx.advance(2000)
  b.ctx.events.wake()
  expect((await b.ended(slow)).tasks[0]?.state).toMatchObject({ result_state: 'TIMEDOUT' })
  const canceled = await b.run({ tasks: [script('slow')] })
  await eventually(() => log(canceled)).toBe('here\n')
  await b.post('runs/cancel', { run_id: canceled })
  const run = await b.ended(canceled)
  expect(run.state).toMatchObject({
    life_cycle_state: 'TERMINATED',
    result_state: 'CANCELED',
    user_cancelled_or_timedout: true,
  })
  expect(run['status']).toMatchObject({ termination_details: { code: 'USER_CANCELED' } })
})

test('executes a notebook with widgets from job parameters and keeps what it exits with', async () => {
  await using b = await jobsBench()
  await b.write(
    '/Users/me/p/nb.py',
    '# Databricks notebook source\nprint(dbutils.widgets.get("own"))\n# COMMAND ----------\ndbutils.notebook.exit(dbutils.widgets.get("day"))\n',
  )
  const run = await b.ended(
    await b.run({
      parameters: [{ name: 'day', default: 'tuesday' }],
      tasks: [
        {
          task_key: 'nb',
          notebook_task: {
            notebook_path: '/Users/me/p/nb.py',
            base_parameters: { own: '{{job.name}}', day: 'never' },
          },
        },
      ],
    }),
  )
  const output = await b.get('runs/get-output', { run_id: String(run.tasks[0]?.run_id) })
  expect(output).toMatchObject({ notebook_output: { result: 'tuesday' }, logs: 'Untitled\n' })
})

test('goes on after a restart of the engine without starting the process again', async () => {
  await using b = await jobsBench()
  await b.write(
    '/Users/me/p/long.py',
    'import os, time\nprint("started", flush=True)\nwhile not os.path.exists(os.environ["GO"]): time.sleep(0.01)\nprint("ended")\n',
  )
  const go = `${b.ctx.config.dataDir}/go`
  const runId = await b.run({
    environment_variables: [{ environment_variables_key: 'e', spec: { variables: { GO: go } } }],
    tasks: [script('long', { environment_variables_key: 'e' })],
  })
  const output = async () =>
    (await b.get('runs/get-output', { run_id: String(runId) }).catch(() => ({})))['logs' as never]
  await eventually(output).toBe('started\n')
  await b.restart()
  const { writeFile } = await import('node:fs/promises')
  await writeFile(go, '')
  const run = await b.ended(runId)
  expect(run.state.result_state).toBe('SUCCESS')
  expect(await output()).toBe('started\nended\n')
  expect(run.tasks).toHaveLength(1)
})

test('fails with the resolver’s words for a library that does not exist, and for a missing file', async () => {
  await using b = await jobsBench('sqlite', { uv: await ensureUv() })
  await b.write('/Users/me/p/x.py', 'print(1)\n')
  const run = await b.ended(
    await b.run({
      tasks: [script('x', { libraries: [{ pypi: { package: 'pip==0.0.0.1' } }] }), script('gone')],
    }),
  )
  expect(run.tasks.map((task) => task['status'])).toMatchObject([
    { termination_details: { code: 'LIBRARY_INSTALLATION_ERROR' } },
    { termination_details: { code: 'RESOURCE_NOT_FOUND' } },
  ])
  expect(run.tasks[0]?.state.state_message).toContain('pip==0.0.0.1')
  expect(run.tasks[1]?.state.state_message).toContain('/Users/me/p/gone.py')
})

test('runs a SQL file statement by statement and shows what the last one answers', async () => {
  await using b = await jobsBench()
  await b.write(
    '/Users/me/p/q.sql',
    "create table main.default.s (x bigint, note string);\n-- a comment; with a semicolon\ninsert into main.default.s values (1, 'a;b'), (2, 'c');\nselect x, note from main.default.s where x >= cast(:least as bigint) order by x",
  )
  const sql = (key: string, path: string, extra: object = {}) => ({
    task_key: key,
    sql_task: { warehouse_id: 'default', file: { path }, parameters: { least: '1' }, ...extra },
  })
  const runId = await b.run({
    tasks: [
      sql('q', '/Users/me/p/q.sql'),
      {
        task_key: 'check',
        depends_on: [{ task_key: 'q' }],
        condition_task: {
          op: 'EQUAL_TO',
          left: '{{tasks.q.output.first_row.note}}',
          right: 'a;b',
        },
      },
    ],
  })
  const run = await b.ended(runId)
  const output = await b.get('runs/get-output', { run_id: String(run.tasks[0]?.run_id) })
  expect(output['sql_output']).toEqual({
    file_output: {
      warehouse_id: 'default',
      query_result: {
        columns: [{ name: 'x' }, { name: 'note' }],
        rows: [
          { values: [{ string_value: '1' }, { string_value: 'a;b' }] },
          { values: [{ string_value: '2' }, { string_value: 'c' }] },
        ],
        truncated: false,
      },
    },
  })
  expect(run.tasks.at(-1)?.['condition_task']).toMatchObject({ outcome: 'true' })
})

test('lets nothing of a SQL file be seen when one of its statements fails', async () => {
  await using b = await jobsBench()
  await b.write('/Users/me/p/make.sql', 'create table main.default.kept (x bigint)')
  await b.write('/Users/me/p/bad.sql', 'insert into main.default.kept values (1); select nothing')
  await b.write('/Users/me/p/count.sql', 'select count(*) as n from main.default.kept')
  const sql = (key: string, before: readonly string[]) => ({
    task_key: key,
    depends_on: before.map((task_key) => ({ task_key })),
    run_if: 'ALL_DONE',
    sql_task: { warehouse_id: 'default', file: { path: `/Users/me/p/${key}.sql` } },
  })
  const run = await b.ended(
    await b.run({ tasks: [sql('make', []), sql('bad', ['make']), sql('count', ['bad'])] }),
  )
  expect(results(run)).toEqual({ make: 'SUCCESS', bad: 'FAILED', count: 'SUCCESS' })
  const output = await b.get('runs/get-output', { run_id: String(run.tasks[2]?.run_id) })
  expect(JSON.stringify(output['sql_output'])).toContain('"string_value":"0"')
})

const makeWheel = `
import sys, zipfile
name, path = "demo_pkg", sys.argv[1]
info = f"{name}-1.0.dist-info"
with zipfile.ZipFile(path, "w") as wheel:
    wheel.writestr(f"{name}/__init__.py", "import sys\\ndef main():\\n    print('main', sys.argv[1:])\\ndef other():\\n    print('other', sys.argv[1:])\\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\\nrun = demo_pkg:main\\n")
    wheel.writestr(f"{info}/RECORD", "")
`

test('runs an entry point of a wheel, or a function of its package', async () => {
  await using b = await jobsBench('sqlite', { uv: await ensureUv() })
  const path = join(b.ctx.config.dataDir, 'demo_pkg-1.0-py3-none-any.whl')
  const python = await findPython()
  await promisify(execFile)(python.path, ['-c', makeWheel, path])
  await makeDirectories(b.ctx, '/Users/me/w')
  const workspacePath = '/Users/me/w/demo_pkg-1.0-py3-none-any.whl'
  await writeWorkspaceFile(b.ctx, {
    path: workspacePath,
    content: await readFile(path),
    overwrite: true,
  })
  const wheel = (key: string, task: object) => ({
    task_key: key,
    libraries: [{ whl: workspacePath }],
    python_wheel_task: { package_name: 'demo-pkg', ...task },
  })
  const run = await b.ended(
    await b.run({
      tasks: [
        wheel('point', { entry_point: 'run', parameters: ['a', 'b'] }),
        wheel('function', { entry_point: 'other', named_parameters: { day: 'monday' } }),
        wheel('nothing', { entry_point: 'nope' }),
      ],
    }),
  )
  expect(run.tasks[0]?.state.state_message).toBe('')
  expect(results(run)).toEqual({ point: 'SUCCESS', function: 'SUCCESS', nothing: 'FAILED' })
  const logs = await Promise.all(
    run.tasks.map((task) => b.get('runs/get-output', { run_id: String(task.run_id) })),
  )
  expect(logs.map((output) => output['logs'])).toMatchObject([
    "main ['a', 'b']\n",
    "other ['--day=monday']\n",
    expect.stringContaining("has no entry point 'nope' (it has ['run'])"),
  ])
})

test('ends a task that needs more memory than its limit, naming the limit', async () => {
  await using b = await jobsBench()
  await b.write('/Users/me/p/greedy.py', 'x = bytearray(2_000_000_000)\n')
  const new_cluster = { spark_conf: { 'spark.driver.memory': '256m' } }
  const run = await b.ended(await b.run({ tasks: [script('greedy', { new_cluster })] }))
  expect(run.tasks[0]?.state).toMatchObject({
    result_state: 'FAILED',
    state_message: expect.stringMatching(/memory/i),
  })
})

test('fills in what a parameter’s default refers to, and secrets in environment variables', async () => {
  await using b = await jobsBench()
  await createScope(b.ctx, { scope: 'db' })
  await putSecret(b.ctx, { scope: 'db', key: 'password', value: Buffer.from('hunter-two') })
  await b.write('/Users/me/p/a.py', 'import os, sys\nprint(sys.argv[1:], os.environ["PASSWORD"])\n')
  const spark = (file: string) => ({
    spark_python_task: { python_file: file, parameters: ['{{job.parameters.day}}'] },
  })
  const runId = await b.run({
    parameters: [{ name: 'day', default: 'on {{job.start_time.iso_date}}' }],
    environment_variables: [
      {
        environment_variables_key: 'with',
        variables: { PASSWORD: '{{secrets/db/password}}' },
      },
      { environment_variables_key: 'without', variables: { PASSWORD: '{{secrets/db/none}}' } },
    ],
    tasks: [
      { task_key: 'a', environment_variables_key: 'with', ...spark('/Users/me/p/a.py') },
      { task_key: 'b', environment_variables_key: 'without', ...spark('/Users/me/p/a.py') },
    ],
  })
  const run = await b.ended(runId)
  expect(results(run)).toEqual({ a: 'SUCCESS', b: 'FAILED' })
  const output = async (n: number) =>
    b.get('runs/get-output', { run_id: String(run.tasks[n]?.run_id) })
  const today = b.ctx.now().toISOString().slice(0, 10)
  expect((await output(0))['logs']).toBe(`['on ${today}'] [REDACTED]\n`)
  expect(run.tasks[1]?.state).toMatchObject({
    state_message: 'Failed to find secret none in scope db',
  })
})

test('calls a function of a package with named arguments, or says what is missing', async () => {
  await using b = await jobsBench()
  const folder = join(b.ctx.config.dataDir, 'made by a task')
  const operator = (key: string, main: string, name = 'name') => ({
    task_key: key,
    python_operator_task: { main, parameters: [{ name, value: '{{job.parameters.folder}}' }] },
  })
  const runId = await b.run({
    parameters: [{ name: 'folder', default: folder }],
    tasks: [
      operator('makes', 'os.makedirs'),
      operator('class', 'pathlib.Path.mkdirs'),
      operator('package', 'nobody.has.this'),
      operator('argument', 'os.makedirs', 'nme'),
    ],
  })
  const run = await b.ended(runId)
  expect(existsSync(folder)).toBe(true)
  const messages = Object.fromEntries(
    run.tasks.map((task) => [task.task_key, task.state.state_message]),
  )
  expect(messages).toMatchObject({
    makes: '',
    class: expect.stringContaining("'pathlib.Path.mkdirs' is no function or class"),
    package: expect.stringContaining("Package 'nobody' is not installed"),
    argument: expect.stringContaining("unexpected keyword argument 'nme'"),
  })
})
