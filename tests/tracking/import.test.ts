import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runCli } from '../support/cli.ts'
import { startMlflowServer } from '../support/mlflow.ts'
import { runPython } from '../support/python.ts'
import { startServer } from '../support/server.ts'

const script = new URL('import_source.py', import.meta.url)

interface Report {
  readonly there: Readonly<Record<string, number>>
  readonly here: Readonly<Record<string, number>>
}

async function importInto(url: string, ...args: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await runCli(['import', 'mlflow', ...args, '--json'], { url })
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as Report
}

test(
  'brings over an MLflow server by its address or its file, and again without harm',
  { timeout: 900_000 },
  async () => {
    await using mlflow = await startMlflowServer()
    const python = await ensurePythonEnv('mlflow')
    const filled = await runPython(python, script, { args: ['fill', mlflow.url] })
    expect([filled.code, filled.stderr]).toEqual([0, expect.any(String)])

    await using server = await startServer()
    const first = await importInto(server.url, mlflow.url)
    expect(first.there).toMatchObject(first.here)
    expect(first.here).toEqual({
      experiments: 3,
      runs: 3,
      params: 121,
      metrics: 4,
      models: 2,
      'model versions': 4,
      aliases: 1,
    })
    expect(first.there['metric points']).toBe(1603)
    const checked = await runPython(python, script, { args: ['check', server.url] })
    expect(checked.stdout + checked.stderr).toContain('all there')

    const again = await importInto(server.url, mlflow.url)
    expect(again.here).toEqual(first.here)
    expect([again.there['metric points'], again.there['artifact files']]).toEqual([0, 0])

    await using other = await startServer()
    const fromFile = await importInto(other.url, mlflow.database, '--artifacts', mlflow.artifacts)
    expect(fromFile.here).toEqual(first.here)
    expect(fromFile.there).toEqual(first.there)
    const same = await runPython(python, script, { args: ['check', other.url] })
    expect(same.stdout + same.stderr).toContain('all there')
  },
)

test('says what it can not read', async () => {
  const cases = [
    [['import', 'mlflow', '/nowhere/mlflow.db'], /There is no file \/nowhere\/mlflow\.db/],
    [['import', 'mlflow', 'mysql://host/db'], /'mysql:\/\/host\/db' cannot be read/],
    [['import', 'airflow', 'x'], /'airflow' cannot be imported; mlflow can/],
  ] as const
  for (const [args, message] of cases) {
    const { code, stderr } = await runCli(args)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  }
})
