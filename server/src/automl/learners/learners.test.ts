import { expect, test } from 'vitest'
import { learners, learnersFor } from './all.ts'
import { learnerContract, tasks } from './contract.ts'

for (const learner of learners) learnerContract(learner)

const names = (index: number, asked?: readonly string[]): string[] => {
  const task = tasks[index]
  return task ? learnersFor(task, asked).map(({ name }) => name) : []
}

test('every task has linear models, forests and boosted trees', () => {
  expect(names(0)).toEqual([
    'baseline',
    'logistic_regression',
    'lightgbm',
    'xgboost',
    'random_forest',
    'support_vectors',
    'extra_trees',
  ])
  expect(names(11)).toEqual([
    'baseline',
    'ridge',
    'lightgbm',
    'xgboost',
    'random_forest',
    'extra_trees',
  ])
})

test('the baseline takes part whatever is asked for', () => {
  expect(names(0, ['lightgbm'])).toEqual(['baseline', 'lightgbm'])
})
