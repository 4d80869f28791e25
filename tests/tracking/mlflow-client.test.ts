import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'
import { startServer } from '../support/server.ts'

test.each([
  ['tracks, autologs, registers, searches and loads', 'mlflow_client.py'],
  ['traces, judges and keeps prompts', 'mlflow_traces.py'],
])('an unmodified mlflow client %s', async (_what, file) => {
  await using server = await startServer()
  const python = await ensurePythonEnv('mlflow')
  const script = new URL(file, import.meta.url)
  const result = await runPython(python, script, { args: [server.url] })
  expect(result.stdout + result.stderr).toContain('all ok')
  expect(result.code).toBe(0)
})
