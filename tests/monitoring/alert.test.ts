import { expect, test } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'

type Json = Record<string, unknown>

/** A GET, or a POST of `body`. */
async function call(server: ServerProcess, path: string, body?: Json): Promise<Json> {
  const sent = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const response = await fetch(server.url + path, body ? sent : {})
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return JSON.parse(text) as Json
}

async function query(server: ServerProcess, statement: string): Promise<string[][]> {
  const body = { statement, warehouse_id: 'default', wait_timeout: '50s' }
  const answer = await call(server, '/api/2.0/sql/statements', body)
  expect(answer['status']).toMatchObject({ state: 'SUCCEEDED' })
  return ((answer['result'] as Json | undefined)?.['data_array'] ?? []) as string[][]
}

const week = (n: number, price: string): string =>
  `SELECT range AS id, DATE '2026-01-0${n}' AS week, ${price} AS price,
    CASE WHEN range % 2 = 0 THEN 'A' ELSE 'B' END AS plan FROM range(200)`

test('a drifted week starts the retraining job once, whatever is killed when and asked again', async () => {
  await using server = await startServer()
  await query(server, `CREATE TABLE sales AS ${week(1, 'range % 50')}`)
  const job = await call(server, '/api/2.2/jobs/create', {
    name: 'retrain',
    trigger: { alert: { monitor_names: ['drift'] } },
    tasks: [{ task_key: 'go', condition_task: { op: 'EQUAL_TO', left: '1', right: '1' } }],
  })
  await call(server, '/api/millrace/1.0/monitors', {
    name: 'drift',
    table: 'sales',
    baseline: { table: 'sales', version: 0 },
    time_column: 'week',
    exclude_columns: ['id'],
    slices: ['plan'],
    alerts: [{ column: '*', metric: 'psi', limit: 0.25 }],
  })
  const runs = async () => {
    const path = `/api/2.2/jobs/runs/list?job_id=${String(job['job_id'])}`
    return ((await call(server, path))['runs'] ?? []) as Json[]
  }
  const refresh = () => call(server, '/api/millrace/1.0/monitors/drift/refresh', {})
  expect(await refresh()).toMatchObject({ alerts: [] })
  for (let drifted = 1; drifted <= 3; drifted++) {
    await query(server, `INSERT INTO sales ${week(1 + drifted, 'range % 50 + 100')}`)
    // Killed with the event committed and the run not started, then asked again as a task would.
    expect(await refresh()).toMatchObject({ alerts: [{ column: 'price', metric: 'psi' }] })
    await server.restart()
    expect(await refresh()).toMatchObject({ alerts: [{ column: 'price', metric: 'psi' }] })
    await server.restart()
    await expect.poll(runs, { timeout: 30_000 }).toHaveLength(drifted)
    await expect
      .poll(async () => (await runs()).map((run) => (run['state'] as Json)['result_state']), {
        timeout: 30_000,
      })
      .toEqual(Array(drifted).fill('SUCCESS'))
  }
  const kept = await query(
    server,
    `SELECT DISTINCT metric, column_name, slice_value FROM drift_drift_metrics
      WHERE column_name = 'price' ORDER BY ALL`,
  )
  expect(kept).toEqual(
    ['ks', 'null_share', 'psi'].flatMap((metric) =>
      ['', 'A', 'B'].map((slice) => [metric, 'price', slice]),
    ),
  )
})
