import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listEdges } from '../core/index.ts'
import { readLog, tailLog } from './attempt-log.ts'
import { attemptFolder } from './attempt-folder.ts'
import { kill, launch, waitForExit } from './attempt-service.ts'
import { computeBench, isAlive } from './testing.ts'

test('runs a script with its arguments, variables and folder, and keeps what it printed', async () => {
  await using b = await computeBench()
  const entry = await b.script(
    'import os, sys\nprint(sys.argv[1:], os.environ["GREETING"], os.getcwd(), __name__)\n',
    ['--fast', 'x'],
  )
  const report = await b.run(entry, { attemptId: 'a1', env: { GREETING: 'hello' } })
  expect(report).toMatchObject({ exitCode: 0, signal: null, reason: 'exited' })
  const folder = attemptFolder(b.ctx, 'a1')
  expect(await readLog(b.ctx, 'a1', { offset: 0, limitBytes: 1000 })).toMatchObject({
    text: `['--fast', 'x'] hello ${join(folder, 'work')} __main__\n`,
    ended: true,
  })
  await expect
    .poll(() => listEdges(b.ctx.db, { from: 'attempt:a1', kind: 'USED_ENVIRONMENT' }))
    .toMatchObject([{ to: `env:${b.environment}` }])
})

test('reports an uncaught exception with the lines of the script only', async () => {
  await using b = await computeBench()
  const report = await b.run(await b.script('def f():\n    return 1 / 0\n\nf()\n'))
  expect(report).toMatchObject({
    exitCode: 1,
    reason: 'exited',
    error: { type: 'ZeroDivisionError', message: 'division by zero' },
  })
  expect(report.error?.traceback).toContain('return 1 / 0')
  expect(report.error?.traceback).not.toContain('millrace_worker')
})

test('executes a notebook with parameters and returns what it exits with', async () => {
  await using b = await computeBench()
  const path = join(b.ctx.config.dataDir, 'train.py')
  const outputPath = join(b.ctx.config.dataDir, 'out', 'train.ipynb')
  await writeFile(
    path,
    `# Databricks notebook source
# MAGIC %md
# MAGIC # Training
# COMMAND ----------
rate = dbutils.widgets.get("rate")
print("rate", rate)
float(rate) * 2
# COMMAND ----------
dbutils.notebook.exit("done")
# COMMAND ----------
print("never")
`,
  )
  const report = await b.run({ kind: 'notebook', path, outputPath, parameters: { rate: '0.5' } })
  expect(report).toMatchObject({ exitCode: 0, result: 'done' })
  const notebook = JSON.parse(await readFile(outputPath, 'utf8'))
  expect(notebook.cells.map((cell: { outputs?: unknown }) => cell.outputs)).toEqual([
    undefined,
    [
      { output_type: 'stream', name: 'stdout', text: 'rate 0.5\n' },
      {
        output_type: 'execute_result',
        execution_count: 1,
        data: { 'text/plain': '1.0' },
        metadata: {},
      },
    ],
    [],
    [],
  ])
})

test('calls a function of a module and returns its result', async () => {
  await using b = await computeBench()
  const cwd = join(b.ctx.config.dataDir, 'code')
  await mkdir(cwd)
  await writeFile(join(cwd, 'maths.py'), 'def add(a, b):\n    return {"sum": a + b}\n')
  const report = await b.run(
    { kind: 'module', module: 'maths', function: 'add', args: { a: 2, b: 3 } },
    { cwd },
  )
  expect(report).toMatchObject({ exitCode: 0, result: { sum: 5 } })
})

test('attaches to an attempt that was launched before instead of running it twice', async () => {
  await using b = await computeBench()
  const entry = await b.script('print("once", flush=True)\nimport time; time.sleep(0.2)\n')
  const spec = { attemptId: 'twice', environment: b.environment, entry, env: {} }
  await launch(b.ctx, spec)
  await launch(b.ctx, spec)
  await waitForExit(b.ctx, 'twice')
  await launch(b.ctx, spec)
  expect(await waitForExit(b.ctx, 'twice')).toMatchObject({ exitCode: 0 })
  expect((await tailLog(b.ctx, 'twice', 1000)).text).toBe('once\n')
})

test('kills an attempt that ignores SIGTERM, with the processes it started', async () => {
  await using b = await computeBench()
  const entry = await b.script(`
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("daemon", os.getpid(), flush=True)
        time.sleep(1000)
    os._exit(0)
os.wait()
print("child", child.pid, flush=True)
time.sleep(1000)
`)
  await launch(b.ctx, { attemptId: 'stubborn', environment: b.environment, entry, env: {} })
  const log = async () => (await tailLog(b.ctx, 'stubborn', 1000)).text
  await expect.poll(log).toMatch(/(?=.*child \d+\n)(?=.*daemon \d+\n)/s)
  const pids = [...(await log()).matchAll(/\d+/g)].map(([pid]) => Number(pid))
  await kill(b.ctx, 'stubborn', { graceMs: 100 })
  expect(await waitForExit(b.ctx, 'stubborn')).toMatchObject({
    exitCode: null,
    signal: 'SIGKILL',
    reason: 'killed',
  })
  expect(pids).toHaveLength(2)
  for (const pid of pids) await expect.poll(() => isAlive(pid)).toBe(false)
})

test('works below a data folder whose path is too long for a socket', async () => {
  await using b = await computeBench({ subfolder: 'a-very-long-name-of-a-folder-'.repeat(5) })
  expect(await b.run(await b.script('print(1)\n'))).toMatchObject({ exitCode: 0 })
})

test('starts another fork server when the one it had went away', async () => {
  await using b = await computeBench()
  const entry = await b.script('import os; print(os.getppid())\n')
  const parent = async (attemptId: string) => {
    await b.run(entry, { attemptId })
    return Number((await tailLog(b.ctx, attemptId, 100)).text)
  }
  const first = await parent('a')
  process.kill(first, 'SIGKILL')
  const second = await parent('b')
  expect(second).not.toBe(first)
})

test('refuses a relative path and a name that is none', async () => {
  await using b = await computeBench()
  await expect(b.run({ kind: 'script', path: 'x.py', argv: [] })).rejects.toMatchObject({
    code: 'COMPUTE_ATTEMPT_INVALID',
    message: expect.stringContaining("'x.py' is not absolute"),
  })
  await expect(b.run(await b.script(''), { attemptId: 'a/b' })).rejects.toMatchObject({
    code: 'COMPUTE_ATTEMPT_INVALID',
  })
  await expect(b.run(await b.script(''), { environment: 'none' })).rejects.toMatchObject({
    code: 'COMPUTE_ENVIRONMENT_NOT_FOUND',
  })
})
