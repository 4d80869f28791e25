import { execFile } from 'node:child_process'
import { appendFile, copyFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connect, type Evaluation, type Millrace, type Why } from '@millrace/sdk'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runCli, type CliResult } from '../support/cli.ts'
import { startServer, type ServerProcess } from '../support/server.ts'

const bundle = fileURLToPath(new URL('bundle', import.meta.url))
const requirements = fileURLToPath(
  new URL('../../examples/churn/requirements.txt', import.meta.url),
)
const model = 'models:/shop/1'
const replayMs = 60_000

let folder: string
let server: ServerProcess
let millrace: Millrace

async function cli(...args: readonly string[]): Promise<CliResult> {
  return runCli(args, { url: server.url, cwd: folder })
}

async function done(...args: readonly string[]): Promise<CliResult> {
  const result = await cli(...args)
  expect({ args, ...result }).toMatchObject({ code: 0 })
  return result
}

// One model for all tests here, trained by a job from a Git checkout that has an uncommitted change,
// approved, live, and used.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-provenance-'))
  await cp(bundle, folder, { recursive: true })
  await copyFile(requirements, join(folder, 'requirements.txt'))
  await commitAll(folder)
  await appendFile(join(folder, 'src', 'train.py'), '# a last thought\n')
  server = await startServer()
  millrace = connect({ url: server.url })
  await done('deploy')
  await done('run', 'shop')
  await done('approve', model, '--comment', 'Looked at the slices')
  await done('score', model, 'main.shop.orders', '--to', 'main.shop.scored', '--key', 'price')
  await millrace.http.call('POST', '/api/2.0/serving-endpoints', {
    body: {
      name: 'shop',
      config: { served_entities: [{ entity_name: 'shop', entity_version: '1' }] },
    },
  })
  await vi.waitUntil(async () => (await why()).live_at.length === 1, { timeout: 60_000 })
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function commitAll(cwd: string): Promise<void> {
  const git = (...args: string[]) => promisify(execFile)('git', args, { cwd })
  await git('init', '--initial-branch', 'main')
  await git('add', '.')
  await git('-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', 'commit', '-m', 'Shop')
}

async function why(): Promise<Why> {
  return millrace.provenance.why('model:shop/1')
}

test('why names rows, code, environment, people, and where the version went', async () => {
  const answer = JSON.parse((await done('why', model, '--json')).stdout) as Why
  expect(answer).toMatchObject({
    version: { name: 'shop', version: 1, stage: 'Production' },
    run: { parameters: { learner: 'lightgbm' } },
    tables: [{ table: 'main.shop.orders@0', rows: 300, gone: null }],
    code: { branch: 'main' },
    seeds: { seed: '7' },
    checks: [{ passed: true, dataset: 'main.shop.orders', dataset_version: 0 }],
    live_at: [{ endpoint: 'shop', serves_it_now: true, traffic_percentage: 100 }],
    scored: [{ table: 'main.shop.scored@0', input: 'main.shop.orders@0', rows: 300 }],
  })
  expect(answer.code.commit).toMatch(/^[0-9a-f]{40}$/)
  expect(answer.code.dirty_diff).toContain('+# a last thought')
  expect(answer.code.files.map(({ path }) => path.split('/').at(-1))).toEqual([
    'trial-002-lightgbm',
    'train.py',
    'rows.py',
  ])
  expect(answer.environment?.lock).toMatch(/^lightgbm==4\.7\.0$/m)
  expect(answer.run?.metrics['cv_roc_auc']).toBeGreaterThan(0.6)
  const approved = answer.decisions.find(({ action }) => action === 'registry.request_approved')
  expect(approved).toMatchObject({ comment: 'Looked at the slices' })
})

test('why fits a terminal of 80 columns, in full and in short', async () => {
  const full = await done('why', model)
  const short = await done('why', model, '--short')
  for (const line of `${full.stdout}${short.stdout}`.split('\n')) {
    expect(line.length).toBeLessThanOrEqual(80)
  }
  expect(full.stdout).toContain('main.shop.orders@0  300 rows')
  expect(full.stdout).toContain('branch main, and 1 changed line not committed (--diff)')
  expect(full.stdout).toMatch(/approved Production: Looked at\s+the slices/)
  expect(short.stdout).toMatch(/^checks {7}1 of 1 passed$/m)
  expect((await done('why', model, '--diff')).stdout).toContain('+# a last thought')
})

test('what-was leads from a prediction to the model, the row and the approver', async () => {
  const { rows } = await millrace.tables.query('select price from main.shop.scored limit 1')
  const key = `price=${rows[0]?.[0]}`
  const shown = await done('what-was', 'main.shop.scored', '--key', key)
  expect(shown.stdout).toMatch(new RegExp(`prediction ${key} prediction=(yes|no) `))
  expect(shown.stdout).toContain('model      shop/1, now Production')
  expect(shown.stdout).toMatch(/approved {3}by \S+ at /)
  expect(shown.stdout).toContain('row        main.shop.orders@0')
  expect(shown.stdout).toMatch(new RegExp(`${key} weight=[\\d.]+\\s+returned=(yes|no)`))
  const unknown = await cli('what-was', 'main.shop.scored', '--key', 'price=-1')
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    'RESOURCE_DOES_NOT_EXIST: main.shop.scored has no row with price=-1\n',
  ])
  const other = await cli('what-was', 'main.shop.orders', '--key', key)
  expect(other.stderr).toContain('does not say which model its rows are from')
})

test('the gate judges a live version again and leaves it where it is', async () => {
  const passed = await done('gate', model)
  expect(passed.stdout).toMatch(/^ {2}✓ threshold\.roc_auc {2}[01][.\d]* \(at least 0\.6\)$/m)
  expect(passed.stdout).toContain('shop 1 passed its contract 1 and is in Production')
  const contract = await readFile(join(bundle, 'promotion.yaml'), 'utf8')
  await millrace.gates.putContract(
    'shop',
    contract.replace('roc_auc, min: 0.6', 'log_loss, max: 0'),
  )
  const failed = await cli('gate', model)
  expect(failed.stdout).toMatch(/^ {2}✗ threshold\.log_loss {2}[.\d]+ \(at most 0\)$/m)
  expect(failed.stdout).toContain('shop 1 failed its contract 2 and is in Production')
  expect(failed.code).toBe(1)
  const json = JSON.parse((await cli('gate', model, '--json')).stdout) as Evaluation
  expect(json).toMatchObject({ model: 'shop', version: 1, contract_version: 2, passed: false })
  expect(json.checks).toMatchObject([{ id: 'threshold.log_loss', rows: 300, champion: null }])
})

test('a contract whose rows are not there is an error, and no verdict', async () => {
  const contract = await readFile(join(bundle, 'promotion.yaml'), 'utf8')
  await millrace.gates.putContract('shop', contract.replace('shop.orders', 'shop.nothing'))
  const refused = await cli('gate', model)
  expect(refused.stderr).toContain('main.shop.nothing')
  expect([refused.stdout, refused.code]).toEqual(['', 1])
})

test('a replay from the pins is identical', async () => {
  const replay = await cli('replay', model)
  expect(replay.stdout).toContain('300 of main.shop.orders@0')
  expect(replay.stdout).toMatch(/^shop 1: identical {2}\(/m)
  expect(replay.stdout).toMatch(/compared {5}\d+ parameters, \d+ metrics, the model file/)
  expect(replay.code).toBe(0)
  expect((await why()).replays).toMatchObject([{ state: 'IDENTICAL', differences: 0 }])
})

test(
  'a replay outlives kill -9 of its server, and the loss of the table',
  async () => {
    await done('sql', 'drop table main.shop.orders')
    const started = await millrace.provenance.startReplay('model:shop/1')
    expect(started).toMatchObject({ state: 'RUNNING', identical: null })
    expect(started.pins.table_gone).toContain('main.shop.orders')
    await server.restart()
    const ended = await millrace.provenance.waitForReplay(started)
    expect(ended).toMatchObject({ state: 'IDENTICAL', differences: [] })
    expect((await done('why', model)).stdout).toContain('can no longer be read')
  },
  replayMs,
)

test('a replay says exactly what differs', async () => {
  const { run, version } = await why()
  await logMetric(run?.run_id ?? '', 'cv_roc_auc', 0.99)
  const modelId = version.source.replace('models:/', '')
  await appendFile(
    await findArtifact((path) => path.endsWith(`${modelId}/artifacts/model.pkl`)),
    'x',
  )
  const replay = await cli('replay', model)
  expect(replay.code).toBe(1)
  expect(replay.stdout).toContain('shop 1: different')
  expect(replay.stdout).toMatch(/^metric cv_roc_auc {2,}0\.99 {2,}0\.[6-9]\d+$/m)
  expect(replay.stdout).toMatch(/^model file {2,}[0-9a-f]{12} {2,}[0-9a-f]{12}$/m)
  expect(replay.stdout).toContain('Both models say the same of all 300 rows')
})

test('what cannot be replayed says why and ends with 2', async () => {
  await rm(await findArtifact((path) => path.endsWith('/training.parquet')))
  const lost = await cli('replay', model)
  expect(lost.stdout).toContain('shop 1: could not be replayed')
  expect(lost.stdout).toContain('training.parquet')
  expect(lost.code).toBe(2)
  const unknown = await cli('replay', 'models:/shop/9')
  expect(unknown.stderr).toContain('RESOURCE_DOES_NOT_EXIST')
  expect(unknown.code).toBe(2)
})

async function logMetric(runId: string, key: string, value: number): Promise<void> {
  const body = { run_id: runId, key, value, timestamp: Date.now(), step: 0 }
  await millrace.http.call('POST', '/api/2.0/mlflow/runs/log-metric', { body })
}

async function findArtifact(isWanted: (path: string) => boolean): Promise<string> {
  const root = join(server.dataDir, 'artifacts')
  const found = (await readdir(root, { recursive: true })).find(isWanted)
  if (found === undefined) throw new Error(`Nothing like that below ${root}`)
  return join(root, found)
}
