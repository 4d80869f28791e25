import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'
import { startServer, type ServerProcess } from '../support/server.ts'

const demo = fileURLToPath(new URL('../../scripts/demo/main.ts', import.meta.url))
const demoMs = 600_000

let dataDir: string
let output: string
let code: number | null
let server: ServerProcess

// One demo for all tests here: what it leaves behind is looked at through other people's clients.
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'millrace-demo-'))
  const args = [demo, '--exit', '--port', '0', '--data-dir', dataDir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  code = await new Promise((resolve) => child.once('close', resolve))
  server = await startServer({ args: ['--data-dir', dataDir] })
}, demoMs)

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

test('every step does what it should', () => {
  expect(output).not.toContain('✗')
  expect(output).toContain('Slack-shaped message: ')
  expect(output).toMatch(/churn 1 in Production, approved by \w+/)
  expect(output).toContain('version 2 is Archived')
  expect(output).toMatch(/Drift alert: psi of \w+ is [\d.]+, limit 0.25/)
  expect(output).toMatch(/^ {2}\d+ {2}baseline {2,}0\.5/m)
  expect(output).toMatch(/replay .* churn 1: identical/)
  for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect(output).toMatch(/7,043 rows in batch, 500 as they came/)
  expect(code).toBe(0)
})

test.each([
  ['mlflow', 'mlflow_client.py'],
  ['databricks', 'databricks_client.py'],
  ['delta', 'delta_reader.py'],
] as const)('an unmodified %s reads what the demo made', async (environment, script) => {
  const python = await ensurePythonEnv(environment)
  const result = await runPython(python, new URL(script, import.meta.url), {
    env: { MILLRACE_URL: server.url, DEMO_DATA_DIR: dataDir },
  })
  expect(result.stderr + result.stdout).toMatch(/ok\n$/)
  expect(result.code).toBe(0)
})
