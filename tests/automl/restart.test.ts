import { expect, test } from 'vitest'
import { automlBench, loadChurn, type TrialView } from './support.ts'

test('a search that was killed in the middle ends as one that was not', async () => {
  await using bench = await automlBench()
  await loadChurn(bench)
  const body = {
    dataset: { table: 'main.churn.training' },
    target: 'churn',
    problem: 'classification',
    max_trials: 6,
    seed: 3,
    learners: ['logistic_regression', 'lightgbm'],
  }
  const started = await bench.start(body)
  const ended = async () =>
    (await bench.view(started.search_id)).leaderboard.filter(({ rank }) => rank !== null).length
  for (const count of [1, 3]) {
    await expect.poll(ended, { timeout: 90_000, interval: 20 }).toBeGreaterThanOrEqual(count)
    await bench.server.restart()
  }
  const search = await bench.ended(started.search_id)
  expect(search.state).toBe('FINISHED')
  const trials = search.leaderboard.toSorted((a, b) => a.trial - b.trial)
  expect(trials.map(({ trial }) => trial)).toEqual([1, 2, 3, 4, 5, 6])
  const again = await bench.ended((await bench.start(body)).search_id)
  const undisturbed = again.leaderboard.toSorted((a, b) => a.trial - b.trial)
  const told = ({ learner, params, score }: TrialView) => ({ learner, params, score })
  expect(trials.map(told)).toEqual(undisturbed.map(told))
  expect(again.dataset.sha256).toBe(search.dataset.sha256)
})
