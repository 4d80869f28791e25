import { call } from '../notebooks/python.ts'
import { classWeightFirst, classWeightSpace, isClassification, type Learner } from './learner.ts'

/** Its time grows with the square of the rows. */
const mostRows = 3000

export const supportVectors: Learner = {
  name: 'support_vectors',
  title: 'Support vectors',
  scaled: true,
  packages: [],
  fits: ({ rows }) => rows <= mostRows,
  space: (task) => [
    { kind: 'float', name: 'C', low: 0.03, high: 100, log: true },
    { kind: 'float', name: 'gamma', low: 1e-4, high: 1, log: true },
    ...classWeightSpace(task),
  ],
  firsts: (task) => [
    { C: 1, gamma: 0.5 / widthOf(task), ...classWeightFirst(task) },
    { C: 10, gamma: 0.1 / widthOf(task), ...classWeightFirst(task) },
  ],
  source: (task, point) => {
    if (!isClassification(task)) {
      return {
        imports: [
          'from sklearn.compose import TransformedTargetRegressor',
          'from sklearn.preprocessing import StandardScaler',
          'from sklearn.svm import SVR',
        ],
        lines: [
          '# The width of its tube is in units of the target, so the target is scaled too.',
          `estimator = TransformedTargetRegressor(${call('SVR', point)}, transformer=StandardScaler())`,
        ],
      }
    }
    return {
      imports: [
        'from sklearn.calibration import CalibratedClassifierCV',
        'from sklearn.svm import SVC',
      ],
      lines: [
        '# Distances from the boundary become probabilities by a fit of their own.',
        `estimator = CalibratedClassifierCV(${call('SVC', point)}, ensemble=False, cv=3)`,
      ],
    }
  },
}

function widthOf({ features }: { readonly features: readonly unknown[] }): number {
  return Math.min(1000, Math.max(1, features.length))
}
