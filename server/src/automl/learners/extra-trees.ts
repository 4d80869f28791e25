import { call } from '../notebooks/python.ts'
import { classWeightFirst, classWeightSpace, isClassification, type Learner } from './learner.ts'

export const extraTrees: Learner = {
  name: 'extra_trees',
  title: 'Extra trees',
  scaled: false,
  packages: [],
  fits: () => true,
  space: (task) => [
    { kind: 'int', name: 'min_samples_leaf', low: 1, high: 50, log: true },
    { kind: 'float', name: 'max_features', low: 0.05, high: 1, log: true },
    ...classWeightSpace(task),
  ],
  // Small tables are fitted best to the last row, larger ones are not.
  firsts: (task) => [
    {
      min_samples_leaf: task.rows < 2000 ? 1 : 5,
      max_features: isClassification(task) ? 0.2 : 0.5,
      ...classWeightFirst(task),
    },
  ],
  source: (task, point) => {
    const name = isClassification(task) ? 'ExtraTreesClassifier' : 'ExtraTreesRegressor'
    const fixed = { n_estimators: 100, n_jobs: 1, random_state: task.seed }
    return {
      imports: [`from sklearn.ensemble import ${name}`],
      lines: [`estimator = ${call(name, { ...point, ...fixed })}`],
    }
  },
}
