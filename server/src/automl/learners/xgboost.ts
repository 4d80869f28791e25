import { call } from '../notebooks/python.ts'
import type { Task } from '../types.ts'
import { isClassification, usualLeafSize, type Learner } from './learner.ts'

export const xgboost: Learner = {
  name: 'xgboost',
  title: 'XGBoost',
  scaled: false,
  packages: ['xgboost-cpu'],
  fits: () => true,
  space: () => [
    { kind: 'int', name: 'n_estimators', low: 50, high: 400, log: true },
    { kind: 'float', name: 'learning_rate', low: 0.01, high: 0.2, log: true },
    { kind: 'int', name: 'max_depth', low: 2, high: 8 },
    { kind: 'float', name: 'min_child_weight', low: 1, high: 50, log: true },
    { kind: 'float', name: 'subsample', low: 0.5, high: 1 },
    { kind: 'float', name: 'colsample_bytree', low: 0.2, high: 1 },
    { kind: 'float', name: 'reg_lambda', low: 0.01, high: 100, log: true },
  ],
  firsts: (task) => [
    {
      n_estimators: 200,
      learning_rate: task.rows < 1000 ? 0.05 : 0.03,
      max_depth: 4,
      min_child_weight: Math.max(1, usualLeafSize(task) / 4),
      subsample: 0.7,
      colsample_bytree: 0.3,
      reg_lambda: 10,
    },
    {
      n_estimators: 250,
      learning_rate: 0.05,
      max_depth: task.rows < 20_000 ? 2 : 6,
      min_child_weight: Math.max(1, usualLeafSize(task) / 4),
      subsample: 0.7,
      colsample_bytree: task.rows < 20_000 ? 0.5 : 0.7,
      reg_lambda: 3,
    },
  ],
  source: (task, point) => {
    const name = isClassification(task) ? 'XGBClassifier' : 'XGBRegressor'
    const fixed = { tree_method: 'hist', n_jobs: 1, random_state: task.seed }
    const booster = call(name, { ...point, ...fixed })
    if (!isClassification(task) || labelsAreNumbered(task)) {
      return { imports: [`from xgboost import ${name}`], lines: [`estimator = ${booster}`] }
    }
    return {
      imports: [`from xgboost import ${name}`, 'from sklearn.ensemble import VotingClassifier'],
      lines: [
        `booster = ${booster}`,
        '# XGBoost knows classes only as 0, 1, 2, …; a vote of one numbers them and names them again.',
        'estimator = VotingClassifier(',
        '    [("xgboost", booster)], voting="soft", flatten_transform=False',
        ')',
      ],
    }
  },
}

function labelsAreNumbered({ labels }: Task): boolean {
  return labels.every((label, index) => label === index || label === (index === 1))
}
