import { call } from '../notebooks/python.ts'
import {
  classWeightFirst,
  classWeightSpace,
  isClassification,
  usualLeafSize,
  type Learner,
} from './learner.ts'

export const randomForest: Learner = {
  name: 'random_forest',
  title: 'Random forest',
  scaled: false,
  packages: [],
  fits: () => true,
  space: (task) => [
    { kind: 'int', name: 'min_samples_leaf', low: 1, high: 50, log: true },
    { kind: 'float', name: 'max_features', low: 0.05, high: 1, log: true },
    { kind: 'float', name: 'max_samples', low: 0.2, high: 0.95 },
    ...classWeightSpace(task),
  ],
  firsts: (task) => [
    {
      min_samples_leaf: Math.max(1, Math.round(usualLeafSize(task) / 4)),
      max_features: isClassification(task) ? 0.2 : 0.4,
      max_samples: 0.5,
      ...classWeightFirst(task),
    },
  ],
  source: (task, point) => {
    const name = isClassification(task) ? 'RandomForestClassifier' : 'RandomForestRegressor'
    const fixed = { n_estimators: 100, n_jobs: 1, random_state: task.seed }
    return {
      imports: [`from sklearn.ensemble import ${name}`],
      lines: [`estimator = ${call(name, { ...point, ...fixed })}`],
    }
  },
}
