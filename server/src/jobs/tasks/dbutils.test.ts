import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureUv } from '../../../../scripts/python-envs.mjs'
import { jobsBench, results } from '../../../../tests/jobs/jobs-bench.ts'
import { createScope, putSecret } from '../../auth/index.ts'
import { attemptFolder } from '../../compute/index.ts'
import { executedNotebook } from './notebook-task.ts'
import { attemptIdOf } from '../types.ts'

const folder = '/Users/me/book'
const header = '# Databricks notebook source\n'
const pins = join(import.meta.dirname, '../../../../python/envs/base.txt')
const nextCell = '\n# COMMAND ----------\n'

function notebook(key: string, extra: object = {}): object {
  return { task_key: key, notebook_task: { notebook_path: `${folder}/${key}` }, ...extra }
}

test('a notebook reads a secret, and nothing that it leaves behind shows it', async () => {
  await using b = await jobsBench()
  const value = 'hunter-two/and+three'
  await createScope(b.ctx, { scope: 'db' })
  await putSecret(b.ctx, { scope: 'db', key: 'password', value: Buffer.from(value) })
  await b.write(
    `${folder}/reads.py`,
    header +
      [
        `value = dbutils.secrets.get(scope="db", key="password")
import base64
print(value, len(value), dbutils.secrets.getBytes("db", "password").decode() == value)
print(base64.b64encode(value.encode()).decode())
print([scope.name for scope in dbutils.secrets.listScopes()], dbutils.secrets.list("db")[0].key)
value`,
        'dbutils.notebook.exit(f"the password is {value}")',
      ].join(nextCell),
  )
  await b.write(`${folder}/asks.py`, `${header}dbutils.secrets.get("db", "user")\n`)
  const run = await b.ended(await b.run({ tasks: [notebook('reads'), notebook('asks')] }))
  expect(results(run)).toEqual({ reads: 'SUCCESS', asks: 'FAILED' })
  const id = run.tasks[0]?.run_id ?? 0
  const output = await b.get('runs/get-output', { run_id: String(id) })
  expect(output['logs']).toMatch(/^\[REDACTED\]\*+ 20 True\n\[REDACTED\]/)
  expect(output['logs']).toContain("['db'] password\n")
  expect(output['notebook_output']).toMatchObject({ result: 'the password is [REDACTED]' })
  const exported = await b.get('runs/export', { run_id: String(id) })
  const attempt = attemptFolder(b.ctx, attemptIdOf(id))
  const left = await readFile(join(attempt, executedNotebook), 'utf8')
  for (const text of [JSON.stringify(output), JSON.stringify(exported), left]) {
    expect(text).not.toContain('hunter')
    expect(text).not.toContain(Buffer.from(value).toString('base64').slice(2, 14))
  }
  expect(run.tasks[1]?.state.state_message).toMatch(/user.*db/)
})

test('a notebook runs another one with arguments, and goes on with what that exits with', async () => {
  await using b = await jobsBench()
  await b.write(
    `${folder}/child.py`,
    header +
      `dbutils.widgets.text("rate", "1")
dbutils.widgets.dropdown("kind", "fast", ["fast", "slow"])
if dbutils.widgets.get("kind") == "slow":
    raise ValueError("too slow")
dbutils.notebook.exit(float(dbutils.widgets.get("rate")) * 2)`,
  )
  await b.write(
    `${folder}/parent.py`,
    header +
      [
        'rate = 5',
        'found = dbutils.notebook.run("./child", 60, {"rate": 2.5})',
        `try:
    dbutils.notebook.run("child", 60, {"kind": "slow"})
except Exception as error:
    failure = str(error)`,
        `dbutils.fs.mkdirs("out")
dbutils.fs.put("out/a.txt", "kept")
dbutils.jobs.taskValues.set("found", {"found": found, "failure": failure})
dbutils.notebook.exit(f"{rate} {found} {failure} {dbutils.fs.head('out/a.txt')}")`,
      ].join(nextCell),
  )
  await b.write(
    `${folder}/later.py`,
    header +
      `values = dbutils.jobs.taskValues
found = values.get(taskKey="parent", key="found", debugValue=0)
missing = values.get("parent", "none", default="nothing")
try:
    values.get("parent", "none")
except ValueError as error:
    missing += " " + type(error).__name__
dbutils.notebook.exit(f"{found['found']} {missing} {getArgument('day', 'no day')}")`,
  )
  const run = await b.ended(
    await b.run({
      tasks: [notebook('parent'), notebook('later', { depends_on: [{ task_key: 'parent' }] })],
    }),
  )
  expect(run.tasks.map((task) => task.state.state_message)).toEqual(['', ''])
  const outputs = await Promise.all(
    run.tasks.map((task) => b.get('runs/get-output', { run_id: String(task.run_id) })),
  )
  expect(outputs.map((output) => output['notebook_output'])).toMatchObject([
    { result: '5 5.0 too slow kept' },
    { result: '5.0 nothing ValueError no day' },
  ])
})

test('what an attempt wrote with sql() is gone when it fails, and there once when it does not', async () => {
  await using b = await jobsBench('sqlite', { uv: await ensureUv() })
  const pinned = await readFile(pins, 'utf8')
  const dependencies = pinned.split('\n').filter((line) => /^(pandas|pyarrow)==/.test(line))
  const environments = [
    { environment_key: 'bare', spec: { environment_version: '1', dependencies: [] } },
    { environment_key: 'frames', spec: { environment_version: '1', dependencies } },
  ]
  await b.write(`${folder}/make.py`, `${header}sql("create table t (n bigint)")\n`)
  const count = async () => {
    const response = await b.app.inject({
      method: 'POST',
      url: '/api/2.0/sql/statements',
      body: { statement: 'select count(*) from t', warehouse_id: 'default', wait_timeout: '30s' },
    })
    return response.json().result?.data_array[0][0]
  }
  const bare = await b.ended(
    await b.run({ tasks: [notebook('make', { environment_key: 'bare' })], environments }),
  )
  expect(bare.tasks[0]?.state.state_message).toMatch(/pandas.*add pandas and pyarrow/)
  const made = await b.ended(
    await b.run({ tasks: [notebook('make', { environment_key: 'frames' })], environments }),
  )
  expect([made.tasks[0]?.state.state_message, await count()]).toEqual(['', '0'])
  await b.write(
    `${folder}/flaky.py`,
    `import sys, millrace
millrace.sql("insert into t values (1), (2)")
millrace.sql("create or replace table u as select 1 as n")
if sys.argv[1] == "1":
    raise RuntimeError("after its writes")
if sys.argv[1] == "2":
    import os
    os.kill(os.getpid(), 9)
`,
  )
  const flaky = (retries: number) => ({
    task_key: 'flaky',
    max_retries: retries,
    environment_key: 'frames',
    spark_python_task: {
      python_file: `${folder}/flaky.py`,
      parameters: ['{{task.execution_count}}'],
    },
  })
  const failed = await b.ended(await b.run({ tasks: [flaky(1)], environments }))
  expect(failed.state.result_state).toBe('FAILED')
  expect(await count()).toBe('0')
  const tables = await b.app.inject('/api/millrace/1.0/tables')
  expect(tables.body).not.toMatch(/"u"|main\.default\.u/)
  const done = await b.ended(await b.run({ tasks: [flaky(2)], environments }))
  expect(done.tasks.map((task) => task.state.result_state)).toEqual(['FAILED', 'FAILED', 'SUCCESS'])
  expect(await count()).toBe('2')
})
