import { call } from '../notebooks/python.ts'
import { isClassification, type Learner } from './learner.ts'

/** Ignores every column: what any model has to beat. */
export const baseline: Learner = {
  name: 'baseline',
  title: 'Baseline',
  scaled: false,
  packages: [],
  fits: () => true,
  space: () => [],
  firsts: () => [{}],
  source: (task) => {
    const name = isClassification(task) ? 'DummyClassifier' : 'DummyRegressor'
    const strategy = isClassification(task) ? 'prior' : 'mean'
    return {
      imports: [`from sklearn.dummy import ${name}`],
      lines: [`estimator = ${call(name, { strategy })}`],
    }
  },
}
