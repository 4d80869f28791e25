import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'
import { automlBench, loadChurn, type AutomlBench, type SearchView } from './support.ts'

let bench: AutomlBench
let search: SearchView

beforeAll(async () => {
  bench = await automlBench()
  await loadChurn(bench)
  const started = await bench.start({
    dataset: { table: 'main.churn.training' },
    target: 'churn',
    problem: 'classification',
    primary_metric: 'roc_auc',
    max_trials: 10,
    seed: 7,
  })
  search = await bench.ended(started.search_id)
}, 180_000)

afterAll(() => bench[Symbol.asyncDispose]())

test('every trial ends with a score, and the leaderboard is in order with the baseline last', () => {
  expect(search).toMatchObject({ state: 'FINISHED', message: null })
  expect(search.leaderboard.map(({ error }) => error)).toEqual(Array(10).fill(null))
  const scores = search.leaderboard.map(({ score }) => score ?? 0)
  expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  expect(search.leaderboard.at(-1)).toMatchObject({ learner: 'baseline', score: 0.5 })
  const learners = new Set(search.leaderboard.map(({ learner }) => learner))
  for (const name of ['logistic_regression', 'random_forest', 'lightgbm', 'xgboost']) {
    expect(learners).toContain(name)
  }
})

test('the best model is as good as is honestly possible, and not better', () => {
  expect(search.best_trial?.score).toBeGreaterThan(0.845)
  expect(search.best_trial?.score).toBeLessThan(0.86)
})

test('a notebook says the score of the leaderboard and imports nothing of ours', async () => {
  for (const trial of search.leaderboard) {
    const text = await bench.notebook(trial.notebook_path ?? '')
    expect(text).toContain(`cv_roc_auc = ${trial.score?.toFixed(6)}`)
    const cells = (
      JSON.parse(text) as { cells: { cell_type: string; source: string | string[] }[] }
    ).cells
    const code = cells
      .filter(({ cell_type }) => cell_type === 'code')
      .map(({ source }) => [source].flat().join(''))
    expect(code.join('\n')).not.toMatch(/millrace|dbutils|display\(/)
  }
})

test('the score of a notebook that Jupyter executes again is the same', async () => {
  const python = await ensurePythonEnv('base')
  const folder = await mkdtemp(join(tmpdir(), 'millrace-automl-'))
  try {
    for (const trial of search.leaderboard.slice(0, 1)) {
      const { body } = await bench.call('GET', `/api/millrace/1.0/automl/trials/${trial.run_id}`)
      const notebook = join(folder, `${trial.run_id}.ipynb`)
      await writeFile(notebook, (body as { notebook: string }).notebook)
      const script = new URL('run_in_jupyter.py', import.meta.url)
      const env = { MLFLOW_TRACKING_URI: bench.server.url, PYTHONPATH: '' }
      const result = await runPython(python, script, { args: [notebook], env, cwd: folder })
      expect(result.stderr).not.toContain('Traceback')
      const again = JSON.parse(await readFile(`${notebook}.json`, 'utf8')) as { score: number }
      expect(again.score).toBeCloseTo(trial.score ?? 0, 9)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('an mlflow client finds runs, metrics, the data and a model that predicts the labels', async () => {
  const python = await ensurePythonEnv('base')
  const script = new URL('mlflow_referee.py', import.meta.url)
  const args = [bench.server.url, JSON.stringify(search)]
  const result = await runPython(python, script, { args, env: { PYTHONPATH: '' } })
  expect(result.stdout + result.stderr).toContain('all ok')
})

test('the exploration notebook ran to its end', async () => {
  const text = await bench.notebook(search.exploration_notebook ?? '')
  expect(text).toContain('rows repeat an earlier one')
  expect(text).not.toMatch(/"output_type":\s*"error"/)
})

test('a trial tells all that it takes to run it again', async () => {
  const run = search.best_trial?.run_id ?? ''
  const recipe = await bench.call('GET', `/api/millrace/1.0/automl/trials/${run}`)
  expect(recipe.body).toMatchObject({
    search_id: search.search_id,
    environment: search.environment,
    dataset: { table: 'main.churn.training', version: search.dataset.version },
    seed: 7,
    score: search.best_trial?.score,
  })
})
