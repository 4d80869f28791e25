import { expect, test } from 'vitest'
import { tasks } from './learners/contract.ts'
import { openPlanner, type PlannedTrial } from './trial-planner.ts'
import { TrialState, type SearchSpec, type Task, type Trial } from './types.ts'

const task = tasks[4] as Task
const spec: SearchSpec = {
  problem: task.problem,
  target: 'y',
  metric: 'roc_auc',
  maxTrials: 40,
  timeoutMs: undefined,
  seed: 5,
  parallelism: 2,
  folds: 5,
  sampler: 'bayes',
  learners: ['baseline', 'logistic_regression', 'lightgbm', 'xgboost'],
  imputers: {},
  requirements: [],
}

const opened = ({ number, learner, point }: PlannedTrial): Trial => ({
  searchId: 's',
  number,
  learner: learner.name,
  point,
  state: TrialState.Running,
  runId: `r${number}`,
  attemptId: `a${number}`,
  score: undefined,
  metrics: {},
  notebookPath: undefined,
  error: undefined,
  startedAt: new Date(0),
  endedAt: undefined,
})

const ended = (trial: Trial): Trial => ({
  ...trial,
  state: TrialState.Finished,
  // LightGBM is best, most of all with a learning rate of 0.1.
  score:
    trial.learner === 'lightgbm'
      ? 0.9 - 0.05 * Math.abs(Math.log10(Number(trial.point['learning_rate'])) + 1)
      : 0.7,
})

/** Runs a search whose trials end in the order that `pick` chooses. */
function search(seed: number, pick: (running: readonly Trial[]) => Trial | undefined): Trial[] {
  const planner = openPlanner({ ...spec, seed }, task)
  const trials: Trial[] = []
  while (trials.length < spec.maxTrials) {
    const running = trials.filter(({ state }) => state === TrialState.Running)
    const planned = running.length < spec.parallelism ? planner.next(trials) : undefined
    if (planned) {
      trials.push(opened(planned))
      continue
    }
    const chosen = pick(running)
    if (chosen) trials[chosen.number - 1] = ended(chosen)
  }
  return trials
}

const configurations = (trials: readonly Trial[]) =>
  trials.map(({ number, learner, point }) => ({ number, learner, point }))

test('opens with the baseline, then every learner once, then their second guesses', () => {
  const learners = search(1, (running) => running[0]).map(({ learner }) => learner)
  expect(learners.slice(0, 7)).toEqual([
    'baseline',
    'logistic_regression',
    'lightgbm',
    'xgboost',
    'logistic_regression',
    'lightgbm',
    'xgboost',
  ])
})

test('plans the same search whichever trial ends first', () => {
  const oldestFirst = search(1, (running) => running[0])
  const newestFirst = search(1, (running) => running.at(-1))
  expect(configurations(newestFirst)).toEqual(configurations(oldestFirst))
  expect(configurations(search(2, (running) => running[0]))).not.toEqual(
    configurations(oldestFirst),
  )
})

test('goes on after a restart with the trial it would have planned anyway', () => {
  const trials = search(3, (running) => running[0])
  for (const size of [3, 9, 20, 35]) {
    const next = openPlanner({ ...spec, seed: 3 }, task).next(trials.slice(0, size).map(ended))
    expect(next?.point).toEqual(trials[size]?.point)
  }
})

test('finds the learner and the parameters that pay', () => {
  const trials = search(4, (running) => running[0])
  const late = trials.slice(20).filter(({ learner }) => learner === 'lightgbm')
  expect(late.length).toBeGreaterThan(12)
  const best = Math.max(...trials.map((trial) => ended(trial).score ?? 0))
  expect(best).toBeGreaterThan(0.898)
})

test('has nothing left to try when only the baseline takes part', () => {
  const planner = openPlanner({ ...spec, learners: ['baseline'] }, task)
  const first = planner.next([])
  expect(first?.learner.name).toBe('baseline')
  expect(first && planner.next([ended(opened(first))])).toBeUndefined()
})
