import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { startServer } from '../support/server.ts'
import { caller, logModels, query, type Call } from './client.ts'

const script = `
import pathlib, sys
import millrace

scored = millrace.serving.score_batch(
    "models:/spend/latest", "visits", "forecast", key_columns=["id"], mode="append"
)
assert scored["output_version"] is None and scored["rows"] == 100, scored
marker = pathlib.Path(sys.argv[1])
if not marker.exists():
    marker.touch()
    raise SystemExit("the first attempt fails after it has scored")
`

async function runJob(call: Call, marker: string): Promise<unknown> {
  const path = '/Shared/score.py'
  const content = Buffer.from(script).toString('base64')
  await call('POST', '/api/2.0/workspace/import', { path, content, format: 'RAW', overwrite: true })
  const { body: job } = await call('POST', '/api/2.2/jobs/create', {
    name: 'score',
    environments: [
      { environment_key: 'bare', spec: { environment_version: '4', dependencies: [] } },
    ],
    tasks: [
      {
        task_key: 'score',
        environment_key: 'bare',
        max_retries: 1,
        spark_python_task: { python_file: path, parameters: [marker] },
      },
    ],
  })
  const { body: started } = await call('POST', '/api/2.2/jobs/run-now', { job_id: job['job_id'] })
  for (;;) {
    const { body: run } = await call(
      'GET',
      `/api/2.2/jobs/runs/get?run_id=${String(started['run_id'])}`,
    )
    const state = run['state'] as { life_cycle_state: string; result_state?: string }
    if (state.life_cycle_state === 'TERMINATED') return state.result_state
    if (state.life_cycle_state === 'INTERNAL_ERROR') throw new Error(JSON.stringify(run))
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

test('a task that scored and failed leaves nothing; its next attempt scores once, with its lineage', async () => {
  await using server = await startServer()
  const call = caller(server.url)
  await logModels(server.url, 'spend')
  await query(
    call,
    'create table visits as select range as id, cast(range as double) as tenure from range(100)',
  )
  expect(await runJob(call, join(server.dataDir, 'marker'))).toBe('SUCCESS')
  expect(await query(call, 'select count(*), count(distinct id) from forecast')).toEqual([
    ['100', '100'],
  ])

  using database = new DatabaseSync(join(server.dataDir, 'millrace.db'), { readOnly: true })
  const edges = database.prepare(
    "select from_node, to_node, data from lineage_edge where kind = 'SCORED'",
  )
  await expect.poll(() => edges.all(), { timeout: 10_000 }).toHaveLength(1)
  const [edge] = edges.all() as { from_node: string; to_node: string; data: string }[]
  expect(edge).toMatchObject({
    from_node: 'model:spend/1',
    to_node: 'table:main.default.forecast@0',
  })
  expect(JSON.parse(edge?.data ?? '')).toMatchObject({ input: 'main.default.visits@0', rows: 100 })
})
