import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'
import { startServer } from '../support/server.ts'
import { caller, logModels, query } from './client.ts'

test('an unmodified databricks-sdk and mlflow deployments client serve, query, update and delete', async () => {
  await using server = await startServer()
  await logModels(server.url, 'spend')
  for (const [env, script] of [
    ['databricks', 'databricks_client.py'],
    ['mlflow', 'mlflow_client.py'],
  ] as const) {
    const python = await ensurePythonEnv(env)
    const run = await runPython(python, new URL(script, import.meta.url), { args: [server.url] })
    expect(run.stdout + run.stderr).toContain('all ok')
    expect(run.code).toBe(0)
  }

  // What the first client's requests left in the inference table.
  const call = caller(server.url)
  const recorded = () =>
    query(
      call,
      `select model_version, row, request, round(cast(response as double), 3), status_code
       from default.traffic_payload order by request_id, row`,
    ).catch(() => [])
  await expect.poll(recorded, { timeout: 30_000 }).toEqual([
    ['1', '0', '{"tenure":3}', '10.0', '200'],
    ['1', '1', '{"tenure":10}', '31.0', '200'],
  ])
})
