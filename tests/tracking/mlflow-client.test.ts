import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'
import { startServer } from '../support/server.ts'

test('an unmodified mlflow client tracks, autologs, registers, searches and loads', async () => {
  await using server = await startServer()
  const python = await ensurePythonEnv('mlflow')
  const script = new URL('mlflow_client.py', import.meta.url)
  const result = await runPython(python, script, { args: [server.url] })
  expect(result.stdout + result.stderr).toContain('all ok')
  expect(result.code).toBe(0)
})
