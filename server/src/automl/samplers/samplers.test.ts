import { expect, test } from 'vitest'
import { samplerNames, samplers } from './all.ts'
import { mixedLoss, mixedSpace, runSearch, samplerContract } from './contract.ts'
import type { OpenSampler } from './sampler.ts'
import { ackley5, branin, hartmann6, rosenbrock4, type TestFunction } from './test-functions.ts'

for (const name of samplerNames) samplerContract(name, samplers[name])

const leastOf = (losses: readonly (number | undefined)[]): number =>
  Math.min(...losses.map((loss) => loss ?? Infinity))

function medianRegret(open: OpenSampler, goal: TestFunction, trials: number): number {
  const regrets = [0, 1, 2].map((seed) =>
    leastOf(runSearch(open, { space: goal.space, seed, trials }, goal.regret).map((o) => o.loss)),
  )
  return regrets.sort((a, b) => a - b)[1] ?? Infinity
}

// Half of what Optuna leaves after 100 trials; bench/tuning.ts measures both side by side.
test.each([
  [branin, 40, 0.0094],
  [hartmann6, 60, 0.13],
  [rosenbrock4, 60, 12],
])('bayes finds the minimum of $name', (goal, trials, limit) => {
  expect(medianRegret(samplers.bayes, goal, trials)).toBeLessThan(limit)
})

test('bayes goes on improving when it has seen hundreds of trials', { timeout: 60_000 }, () => {
  const options = { space: ackley5.space, seed: 1, trials: 300 }
  const losses = runSearch(samplers.bayes, options, ackley5.regret).map(({ loss }) => loss)
  expect(leastOf(losses)).toBeLessThan(0.7 * leastOf(losses.slice(0, 128)))
})

test('bayes beats random where learners have parameters of their own', () => {
  const best = (open: OpenSampler): number =>
    leastOf(
      runSearch(open, { space: mixedSpace, seed: 2, trials: 40 }, mixedLoss).map((o) => o.loss),
    )
  expect(best(samplers.bayes)).toBeLessThan(0.5 * best(samplers.random))
})
