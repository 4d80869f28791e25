import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'

type Json = Record<string, unknown>

async function call(server: ServerProcess, path: string, body?: object): Promise<Json> {
  const response = await fetch(`${server.url}${path}`, {
    method: body ? 'POST' : 'GET',
    ...(body
      ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      : {}),
  })
  const answer = (await response.json()) as Json
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer
}

async function upload(server: ServerProcess, path: string, text: string): Promise<void> {
  const content = Buffer.from(text).toString('base64')
  await call(server, '/api/2.0/workspace/mkdirs', { path: path.slice(0, path.lastIndexOf('/')) })
  await call(server, '/api/2.0/workspace/import', {
    path,
    content,
    format: 'AUTO',
    overwrite: true,
  })
}

async function runState(server: ServerProcess, runId: unknown): Promise<Json> {
  const run = await call(server, `/api/2.2/jobs/runs/get?run_id=${String(runId)}`)
  return run['state'] as Json
}

async function query(server: ServerProcess, statement: string): Promise<unknown[][]> {
  const answer = await call(server, '/api/2.0/sql/statements', {
    statement,
    warehouse_id: 'default',
    wait_timeout: '30s',
  })
  const result = answer['result'] as { data_array?: unknown[][] } | undefined
  return result?.data_array ?? []
}

// Appends one row through a staged write, in the way that the Python client does.
const writer = `
import os, sys, time
import millrace
import pyarrow
time.sleep(float(sys.argv[2]))
print("working", flush=True)
millrace.write_table("main.default.ledger", pyarrow.table({"step": [int(sys.argv[1])]}), mode="append")
time.sleep(float(sys.argv[2]))
`

const steps = 8
const mostKills = 10

function chain(): object[] {
  return Array.from({ length: steps }, (_, n) => ({
    task_key: `s${n}`,
    depends_on: n === 0 ? [] : [{ task_key: `s${n - 1}` }],
    environment_key: 'e',
    spark_python_task: { python_file: '/Shared/crash/step.py', parameters: [String(n), '0.05'] },
  }))
}

test('a run ends right and writes each row once, however often the server is killed', async () => {
  await using server = await startServer()
  await upload(server, '/Shared/crash/step.py', writer)
  const environments = [{ environment_key: 'e', spec: { dependencies: ['pyarrow==26.0.1'] } }]
  const { job_id: jobId } = await call(server, '/api/2.2/jobs/create', {
    name: 'crash',
    tasks: chain(),
    environments,
    max_concurrent_runs: 3,
  })
  const runs = await Promise.all(
    [1, 2].map(() => call(server, '/api/2.2/jobs/run-now', { job_id: jobId })),
  )
  const ended = async (runId: unknown) =>
    (await runState(server, runId))['life_cycle_state'] === 'TERMINATED'
  let kills = 0
  while (!(await Promise.all(runs.map((run) => ended(run['run_id'])))).every(Boolean)) {
    await delay(300 + Math.random() * 1500)
    if (kills < mostKills) await server.restart()
    kills += 1
  }
  expect(kills).toBeGreaterThan(0)
  for (const run of runs) {
    const { result_state: result, state_message: message } = await runState(server, run['run_id'])
    expect(`${String(result)} ${String(message)}`).toBe('SUCCESS ')
  }
  const rows = await query(
    server,
    'select step, count(*) from main.default.ledger group by step order by step',
  )
  expect(rows.map((row) => row.map(Number))).toEqual(
    Array.from({ length: steps }, (_, n) => [n, 2]),
  )
})
