import { expect, test } from 'vitest'
import { jobsBench, type JobsBench } from '../../../../tests/jobs/jobs-bench.ts'
import { isAlive } from '../../compute/testing.ts'

const folder = '/Users/me/broken'

type Body = Record<string, unknown>

/** One run with a Python task for each script, none of which waits for another. */
async function runScripts(
  b: JobsBench,
  scripts: Readonly<Record<string, string>>,
  extra: Readonly<Record<string, object>> = {},
): Promise<(key: string) => Promise<Body>> {
  const tasks = await Promise.all(
    Object.entries(scripts).map(async ([key, code]) => {
      await b.write(`${folder}/${key}.py`, code)
      const task = { spark_python_task: { python_file: `${folder}/${key}.py` } }
      return { task_key: key, ...task, ...extra[key] }
    }),
  )
  const run = await b.ended(await b.run({ tasks }))
  return async (key) => {
    const task = run.tasks.find((one) => one.task_key === key)
    const output = await b.get('runs/get-output', { run_id: String(task?.run_id) })
    return { ...task?.state, logs: output['logs'] }
  }
}

function cluster(conf: Readonly<Record<string, string>>): object {
  return { new_cluster: { spark_conf: conf } }
}

test('each way in which a process can end badly fails its own task with a reason', async () => {
  await using b = await jobsBench()
  const outcome = await runScripts(
    b,
    {
      segfault: 'import ctypes\nctypes.string_at(0)\n',
      killed: 'import os\nos.kill(os.getpid(), 9)\n',
      greedy: 'blocks = [bytearray(1 << 20) for _ in range(2000)]\nimport time\ntime.sleep(60)\n',
      leaves: 'import os\nos._exit(3)\n',
      confined: 'import os\nprint(len(os.sched_getaffinity(0)), os.environ["OMP_NUM_THREADS"])\n',
    },
    {
      greedy: cluster({ 'spark.driver.memory': '256m' }),
      confined: cluster({ 'spark.driver.cores': '1' }),
    },
  )
  const failure = (message: RegExp) => ({
    life_cycle_state: 'TERMINATED',
    result_state: 'FAILED',
    state_message: expect.stringMatching(message),
  })
  expect(await outcome('segfault')).toMatchObject(failure(/SIGSEGV: it touched memory/))
  expect(await outcome('killed')).toMatchObject(failure(/SIGKILL: killed from outside/))
  expect(await outcome('greedy')).toMatchObject(
    failure(/used \d+ MiB of memory; its limit is 256 MiB\. .*\(spark\.driver\.memory\)$/),
  )
  expect(await outcome('leaves')).toMatchObject(failure(/ended with exit code 3/))
  expect(await outcome('confined')).toMatchObject({ result_state: 'SUCCESS', logs: '1 1\n' })
})

test('nothing that a task started is left when the task has ended', async () => {
  await using b = await jobsBench()
  const outcome = await runScripts(b, {
    daemons: `
import os, subprocess, sys
print(subprocess.Popen(["sleep", "1000"]).pid)
print(subprocess.Popen(["sleep", "1000"], start_new_session=True).pid)
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(write, str(os.getpid()).encode())
        os.execvp("sleep", ["sleep", "1000"])
    os._exit(0)
print(os.read(read, 100).decode())
`,
  })
  const { result_state: result, logs } = await outcome('daemons')
  expect(result).toBe('SUCCESS')
  const pids = String(logs).trim().split('\n').map(Number)
  expect(pids).toHaveLength(3)
  for (const pid of pids) await expect.poll(() => isAlive(pid)).toBe(false)
})

test('what a task names and nobody has made is named in its failure', async () => {
  await using b = await jobsBench()
  await b.write(`${folder}/a.py`, 'print("a")\n')
  const python = (parameters: readonly string[]) => ({
    spark_python_task: { python_file: `${folder}/a.py`, parameters },
  })
  const run = await b.ended(
    await b.run({
      tasks: [
        { task_key: 'a', ...python([]) },
        {
          task_key: 'value',
          depends_on: [{ task_key: 'a' }],
          ...python(['{{tasks.a.values.never_set}}']),
        },
        { task_key: 'notebook', notebook_task: { notebook_path: `${folder}/missing` } },
        { task_key: 'job', run_job_task: { job_id: 987_654 } },
      ],
    }),
  )
  const messages = run.tasks.map((task) => [task.task_key, task.state.state_message])
  expect(Object.fromEntries(messages)).toMatchObject({
    value: expect.stringContaining('never_set'),
    notebook: expect.stringContaining(`${folder}/missing`),
    job: expect.stringContaining('987654'),
  })
  expect(run.state.result_state).toBe('FAILED')
})

test('a notebook that prints far too much ends, and is shown with what it printed first', async () => {
  await using b = await jobsBench()
  await b.write(
    `${folder}/talks.py`,
    `# Databricks notebook source
for n in range(200_000):
    print(f"line {n:06d}", "x" * 60)
# COMMAND ----------
print("the next cell")
`,
  )
  const notebook = { notebook_task: { notebook_path: `${folder}/talks.py` } }
  const run = await b.ended(await b.run({ tasks: [{ task_key: 'nb', ...notebook }] }))
  expect(run.state).toMatchObject({ result_state: 'SUCCESS' })
  const id = String(run.tasks[0]?.run_id)
  const { logs, logs_truncated: truncated } = await b.get('runs/get-output', { run_id: id })
  expect(truncated).toBe(true)
  expect(String(logs)).toHaveLength(5 * 1024 * 1024)
  expect(String(logs)).toMatch(/line 199999 x+\nthe next cell\n$/)
  const { views } = (await b.get('runs/export', { run_id: id })) as { views: { content: string }[] }
  expect(views[0]?.content).toMatch(/line 000000 x.*cell printed too much\].*the next cell/s)
  expect(views[0]?.content.length).toBeLessThan(8_000_000)
})
