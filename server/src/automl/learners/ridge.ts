import { call } from '../notebooks/python.ts'
import { isClassification, type Learner } from './learner.ts'

export const ridge: Learner = {
  name: 'ridge',
  title: 'Ridge regression',
  scaled: true,
  packages: [],
  fits: (task) => !isClassification(task),
  space: () => [{ kind: 'float', name: 'alpha', low: 1e-3, high: 1e4, log: true }],
  firsts: () => [{ alpha: 1 }, { alpha: 100 }],
  source: (_task, point) => ({
    imports: ['from sklearn.linear_model import Ridge'],
    lines: [`estimator = ${call('Ridge', point)}`],
  }),
}
