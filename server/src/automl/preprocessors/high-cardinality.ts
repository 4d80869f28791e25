import { ColumnKind } from '../types.ts'
import { chain, hasMissing, imputerStep, type Preprocessor } from './preprocessor.ts'

/**
 * Columns with many different values: each value becomes what the target is like where it occurs,
 * shrunk towards the whole. scikit-learn's encoder cross-fits, so that no row sees its own target.
 */
export const highCardinality: Preprocessor = {
  kind: ColumnKind.HighCardinality,
  title: 'Many values',
  oneByOne: false,
  source: (group) => {
    const targetType =
      group.task.problem === 'regression'
        ? 'continuous'
        : group.task.labels.length === 2
          ? 'binary'
          : 'multiclass'
    const encoder = {
      expression: `TargetEncoder(target_type="${targetType}", random_state=${group.task.seed})`,
      imports: ['from sklearn.preprocessing import TargetEncoder'],
    }
    const strategy = group.imputer ?? { strategy: 'constant' as const, fill_value: '(missing)' }
    const impute = hasMissing(group) || group.imputer !== undefined
    const scaler = {
      expression: 'StandardScaler()',
      imports: ['from sklearn.preprocessing import StandardScaler'],
    }
    const { expression, imports } = chain([
      ...(impute ? [imputerStep(strategy)] : []),
      encoder,
      ...(group.scaled ? [scaler] : []),
    ])
    const says = 'become the mean of the target where they occur (cross-fitted, shrunk)'
    return { imports, lines: [], transformer: expression, says }
  },
}
