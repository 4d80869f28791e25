/**
 * MLflow's own tests of its client are not in the package it publishes; these are ours of the same
 * areas, run against this server and against MLflow's own.
 */
import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { startMlflowServer } from '../support/mlflow.ts'
import { runPython } from '../support/python.ts'
import { startServer } from '../support/server.ts'

type Results = Readonly<Record<string, string>>

/** What MLflow's own server does not pass, and why it is right to ask for it. */
const ownShortcomings: Results = {
  bad_filters: 'takes a lone keyword for nothing',
  page_tokens_survive_new_runs: 'counts rows, so that a new one shifts the pages',
  webhook_life: 'refuses a host that does not resolve yet',
}

async function runSuite(
  url: string,
  env: 'mlflow' | 'pytorch',
  ...areas: readonly string[]
): Promise<Results> {
  const python = await ensurePythonEnv(env)
  const { stdout, stderr } = await runPython(python, new URL('mlflow_suite', import.meta.url), {
    args: [url, ...areas],
  })
  const line = stdout.split('\n').findLast((each) => each.startsWith('{'))
  if (line === undefined) throw new Error(`The suite ended early:\n${stderr.slice(-2000)}`)
  return JSON.parse(line) as Results
}

function failuresOf(results: Results): Results {
  return Object.fromEntries(Object.entries(results).filter(([, result]) => result !== 'ok'))
}

test('every check of the client suite passes here', { timeout: 600_000 }, async () => {
  await using server = await startServer()
  const results = await runSuite(server.url, 'mlflow')
  expect(failuresOf(results)).toEqual({})
  expect(Object.keys(results).length).toBeGreaterThan(100)
})

test('MLflow’s own server passes all but what is known of it', { timeout: 900_000 }, async () => {
  await using mlflow = await startMlflowServer()
  const failures = failuresOf(await runSuite(mlflow.url, 'mlflow'))
  const unexpected = Object.entries(failures).filter(([name]) => !(name in ownShortcomings))
  expect(Object.fromEntries(unexpected)).toEqual({})
})

// PyTorch from the package index brings six gigabytes of packages along, for processors that a check
// does not need; MILLRACE_TEST_PYTORCH=1 asks for it.
test.runIf(process.env['MILLRACE_TEST_PYTORCH'] === '1')(
  'PyTorch models and Lightning’s autolog',
  { timeout: 1_800_000 },
  async () => {
    await using server = await startServer()
    const results = await runSuite(server.url, 'pytorch', 'pytorch_checks')
    expect(results).toEqual({ pytorch_autolog_with_lightning: 'ok', pytorch_log_model: 'ok' })
  },
)
