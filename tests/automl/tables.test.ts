import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runCli } from '../support/cli.ts'
import { runPython } from '../support/python.ts'
import { automlBench, loadChurn, type AutomlBench } from './support.ts'

let bench: AutomlBench

beforeAll(async () => {
  bench = await automlBench()
})

afterAll(() => bench[Symbol.asyncDispose]())

/** 600 rows with every kind of column, gaps included; `y` follows x, flag and city. */
const mixed = (target: string) => `create or replace table mixed as
  with base as (
    select i, (hash(i) % 1000) / 1000.0 as x, cast(hash(i + 7) % 80 as int) as city,
      cast(hash(i + 13) % 3 as int) as third, hash(i + 21) % 10 as gap
    from range(600) t(i)
  )
  select i as row_id,
    case when gap = 0 then null else x end as x,
    cast(x * 10 as decimal(10, 3)) as money,
    case when gap = 1 then null else third = 0 end as flag,
    cast(third = 1 as int) as bit,
    case when gap = 2 then null else 'color ' || third end as color,
    case when gap = 3 then null else 'city-' || city end as city,
    case when gap = 4 then null else date '2024-01-01' + city end as day,
    timestamp '2024-01-01 00:00:00' + to_hours(city) as moment,
    case when gap = 5 then null
      else 'the word ' || third || ' and some more words about ' || city end as note,
    ${target} as y
  from base`

describe('learners on every kind of column', () => {
  test.each([
    {
      name: 'two classes',
      target: "case when x + third / 5.0 > 0.6 then 'good' else 'bad' end",
      problem: 'classification',
      metric: 'f1',
      trials: 8,
    },
    {
      name: 'yes or no',
      target: 'x + third / 5.0 > 0.6',
      problem: 'classification',
      metric: 'roc_auc',
      trials: 4,
    },
    {
      name: 'three numbers',
      target: 'third + 5',
      problem: 'classification',
      metric: 'log_loss',
      trials: 4,
    },
    {
      name: 'a number',
      target: 'x * 3 + third + city / 100.0',
      problem: 'regression',
      metric: 'r2',
      trials: 8,
    },
  ])('$name', async ({ target, problem, metric, trials }) => {
    await bench.sql(mixed(target))
    const started = await bench.start({
      dataset: { table: 'mixed' },
      target: 'y',
      problem,
      primary_metric: metric,
      max_trials: trials,
      folds: 3,
      imputers: { x: 'mean', color: { strategy: 'constant', fill_value: 'none' } },
    })
    const search = await bench.ended(started.search_id)
    expect(search.leaderboard.map(({ error }) => error)).toEqual(Array(trials).fill(null))
    expect(search.state).toBe('FINISHED')
    expect(search.leaderboard.at(-1)?.learner).toBe('baseline')
    // The first trials try one learner each.
    const learners = new Set(search.leaderboard.map(({ learner }) => learner))
    expect(learners.size).toBeGreaterThanOrEqual(trials - 1)
    const exploration = await bench.notebook(search.exploration_notebook ?? '')
    expect(exploration).not.toMatch(/"output_type":\s*"error"/)
  })
})

test.each([
  { name: 'numbers', columns: 'x, money', target: 'x * 2 + third', problem: 'regression' },
  { name: 'categories', columns: 'color, bit', target: 'third = 1', problem: 'classification' },
  { name: 'texts', columns: 'note', target: 'third > 0', problem: 'classification' },
])('a table of $name only', async ({ columns, target, problem }) => {
  await bench.sql(mixed(target))
  await bench.sql(`create or replace table narrow as select ${columns}, y from mixed`)
  const dataset = { table: 'narrow' }
  const started = await bench.start({ dataset, target: 'y', problem, max_trials: 2, folds: 3 })
  const search = await bench.ended(started.search_id)
  expect(search.leaderboard.map(({ error }) => error)).toEqual([null, null])
  expect(await bench.notebook(search.exploration_notebook ?? '')).not.toMatch(
    /"output_type":\s*"error"/,
  )
})

test('a trial that fails is recorded with its error, and the search goes on', async () => {
  await bench.sql(mixed('x > 0.5'))
  const started = await bench.start({
    dataset: { table: 'mixed' },
    target: 'y',
    problem: 'classification',
    max_trials: 4,
    folds: 3,
    learners: ['logistic_regression', 'lightgbm'],
    // An environment without LightGBM.
    requirements: ['mlflow-skinny', 'pandas', 'pyarrow', 'scikit-learn', 'matplotlib'],
  })
  const search = await bench.ended(started.search_id)
  expect(search.state).toBe('FINISHED')
  const failed = search.leaderboard.filter(({ state }) => state === 'FAILED')
  expect(failed).toMatchObject([
    { learner: 'lightgbm', rank: null, error: "ModuleNotFoundError: No module named 'lightgbm'" },
  ])
  expect(await bench.notebook(failed[0]?.notebook_path ?? '')).toContain('ModuleNotFoundError')
  const run = await bench.call('GET', `/api/2.0/mlflow/runs/get?run_id=${failed[0]?.run_id}`)
  expect(run.body).toMatchObject({ run: { info: { status: 'FAILED' } } })
})

test('time is a budget too: what runs when it is over is ended, what was found stays', async () => {
  await loadChurn(bench)
  const started = await bench.start({
    dataset: { table: 'main.churn.training' },
    target: 'churn',
    problem: 'classification',
    max_trials: 1000,
    timeout_seconds: 10,
  })
  const search = await bench.ended(started.search_id)
  expect(search.state).toBe('FINISHED')
  expect(search.best_trial?.score).toBeGreaterThan(0.4)
  expect(search.leaderboard.length).toBeLessThan(100)
})

test('a cancelled search stops at once and keeps its trials', async () => {
  await loadChurn(bench)
  const started = await bench.start({
    dataset: { table: 'main.churn.training' },
    target: 'churn',
    problem: 'classification',
    max_trials: 1000,
  })
  const scored = async () =>
    (await bench.view(started.search_id)).leaderboard.filter(({ rank }) => rank !== null).length
  await expect.poll(scored, { timeout: 60_000 }).toBeGreaterThan(1)
  const path = `/api/millrace/1.0/automl/searches/${started.search_id}/cancel`
  expect(await bench.call('POST', path)).toMatchObject({ status: 200 })
  const search = await bench.ended(started.search_id)
  expect(search.state).toBe('CANCELLED')
  expect(search.leaderboard.filter(({ state }) => state === 'RUNNING')).toEqual([])
  expect(search.best_trial?.score).toBeGreaterThan(0)
  expect(await bench.call('POST', path)).toMatchObject({
    status: 200,
    body: { state: 'CANCELLED' },
  })
})

test('the Python client and the command line search and show what came out', async () => {
  await bench.sql(mixed("case when x > 0.5 then 'good' else 'bad' end"))
  const python = await ensurePythonEnv('base')
  const env = { MILLRACE_URL: bench.server.url, MLFLOW_TRACKING_URI: bench.server.url }
  const client = await runPython(python, new URL('client.py', import.meta.url), { env })
  expect(client.stdout + client.stderr).toContain('all ok')
  const words = ['automl', 'mixed', '--target', 'y', '--trials', '2', '--learner', 'lightgbm']
  const shown = await runCli(words, { url: bench.server.url })
  expect(shown.code).toBe(0)
  expect(shown.stdout).toMatch(/1 {2}lightgbm .* trial-002-lightgbm/)
  expect(shown.stdout).toMatch(/Best model: runs:\/[0-9a-f]{32}\/model/)
  const refused = await runCli(['automl', 'mixed', '--target', 'z'], { url: bench.server.url })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('"z"')
})

test('a repeated request starts nothing', async () => {
  await bench.sql(mixed('x > 0.5'))
  const body = {
    dataset: { table: 'mixed' },
    target: 'y',
    problem: 'classification',
    max_trials: 1,
    idempotency_token: 'again',
  }
  const first = await bench.start(body)
  expect((await bench.start(body)).search_id).toBe(first.search_id)
  await bench.ended(first.search_id)
})

test.each([
  [{ targt: 'y' }, 400, /targt|target/],
  [{ target: 'y', problem: 'clustering' }, 400, /problem/],
  [{ target: 'z', problem: 'classification' }, 400, /"z".*main.default.mixed does not have/],
  [{ target: 'y', problem: 'classification', primary_metric: 'auc' }, 400, /primary_metric/],
])('refuses %o in words', async (wrong, status, message) => {
  await bench.sql(mixed('x > 0.5'))
  const answer = await bench.call('POST', '/api/millrace/1.0/automl/searches', {
    dataset: { table: 'mixed' },
    ...wrong,
  })
  expect(answer.status).toBe(status)
  expect((answer.body as { message: string }).message).toMatch(message)
})

test('answers 404 for a search and a trial that are not there', async () => {
  const search = await bench.call('GET', '/api/millrace/1.0/automl/searches/nope')
  expect(search).toMatchObject({ status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST' } })
  const trial = await bench.call('GET', '/api/millrace/1.0/automl/trials/nope')
  expect(trial).toMatchObject({ status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST' } })
})
