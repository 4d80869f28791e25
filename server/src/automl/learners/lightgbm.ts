import { call } from '../notebooks/python.ts'
import {
  classWeightFirst,
  classWeightSpace,
  isClassification,
  usualLeafSize,
  type Learner,
} from './learner.ts'

export const lightgbm: Learner = {
  name: 'lightgbm',
  title: 'LightGBM',
  scaled: false,
  packages: ['lightgbm'],
  fits: () => true,
  space: (task) => [
    { kind: 'int', name: 'n_estimators', low: 50, high: 400, log: true },
    { kind: 'float', name: 'learning_rate', low: 0.01, high: 0.2, log: true },
    { kind: 'int', name: 'num_leaves', low: 3, high: 64, log: true },
    { kind: 'int', name: 'min_child_samples', low: 2, high: 100, log: true },
    { kind: 'float', name: 'subsample', low: 0.5, high: 1 },
    { kind: 'float', name: 'colsample_bytree', low: 0.2, high: 1 },
    { kind: 'float', name: 'reg_lambda', low: 0.01, high: 100, log: true },
    ...classWeightSpace(task),
  ],
  // Small, regularised trees on a part of the columns win on tables of a few thousand rows; the
  // second one is for tables where more is to be found.
  firsts: (task) => [
    {
      n_estimators: 200,
      learning_rate: task.rows < 1000 ? 0.05 : 0.03,
      num_leaves: 8,
      min_child_samples: usualLeafSize(task),
      subsample: 0.7,
      colsample_bytree: 0.3,
      reg_lambda: 10,
      ...classWeightFirst(task),
    },
    {
      n_estimators: 250,
      learning_rate: 0.05,
      num_leaves: task.rows < 20_000 ? 4 : 48,
      min_child_samples: usualLeafSize(task),
      subsample: 0.7,
      colsample_bytree: task.rows < 20_000 ? 0.4 : 0.7,
      reg_lambda: 3,
      ...classWeightFirst(task),
    },
  ],
  source: (task, point) => {
    const name = isClassification(task) ? 'LGBMClassifier' : 'LGBMRegressor'
    const fixed = {
      subsample_freq: 1,
      n_jobs: 1,
      random_state: task.seed,
      deterministic: true,
      force_row_wise: true,
      verbose: -1,
    }
    return {
      imports: [`from lightgbm import ${name}`],
      lines: [`estimator = ${call(name, { ...point, ...fixed })}`],
    }
  },
}
