import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'
import { startServer } from '../support/server.ts'

test('an unmodified databricks-sdk creates, runs, repairs, cancels, submits and deletes', async () => {
  await using server = await startServer()
  const python = await ensurePythonEnv('databricks')
  const script = new URL('databricks_client.py', import.meta.url)
  const result = await runPython(python, script, { env: { MILLRACE_URL: server.url } })
  // The traceback is what one wants to see when it fails.
  expect(result.stdout || result.stderr).toBe('ok\n')
  expect(result.code).toBe(0)
})
