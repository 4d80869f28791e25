import { call } from '../notebooks/python.ts'
import { classWeightFirst, classWeightSpace, isClassification, type Learner } from './learner.ts'

export const logisticRegression: Learner = {
  name: 'logistic_regression',
  title: 'Logistic regression',
  scaled: true,
  packages: [],
  fits: isClassification,
  space: (task) => [
    { kind: 'float', name: 'C', low: 1e-3, high: 100, log: true },
    ...classWeightSpace(task),
  ],
  firsts: (task) => [
    { C: 1, ...classWeightFirst(task) },
    { C: 0.05, ...classWeightFirst(task) },
  ],
  source: (_task, point) => ({
    imports: ['from sklearn.linear_model import LogisticRegression'],
    lines: [`estimator = ${call('LogisticRegression', { ...point, max_iter: 1000 })}`],
  }),
}
