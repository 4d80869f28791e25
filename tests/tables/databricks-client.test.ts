import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'
import { startServer } from '../support/server.ts'

test('an unmodified databricks-sdk runs statements and lists catalogs, schemas and tables', async () => {
  await using server = await startServer()
  const python = await ensurePythonEnv('databricks')
  const script = new URL('databricks_client.py', import.meta.url)
  const result = await runPython(python, script, { env: { MILLRACE_URL: server.url } })
  expect(result.stderr + result.stdout + server.log()).toMatch(/^ok$/m)
  expect(result.code).toBe(0)
})
