import { ColumnKind } from '../types.ts'
import { chain, hasMissing, imputerStep, sayImputer, type Preprocessor } from './preprocessor.ts'

/** Columns with few different values: one column of the model for each value. */
export const categorical: Preprocessor = {
  kind: ColumnKind.Categorical,
  title: 'Categories',
  oneByOne: false,
  source: (group) => {
    const encoder = {
      expression: 'OneHotEncoder(handle_unknown="ignore", sparse_output=False)',
      imports: ['from sklearn.preprocessing import OneHotEncoder'],
    }
    const impute = hasMissing(group) || group.imputer !== undefined
    const strategy = group.imputer ?? { strategy: 'constant' as const, fill_value: '(missing)' }
    const { expression, imports } = chain([...(impute ? [imputerStep(strategy)] : []), encoder])
    const says = impute ? `${sayImputer(strategy)}; then` : 'become'
    return {
      imports,
      lines: [],
      transformer: expression,
      says: `${says} one column per value; values never seen are all zeros`,
    }
  },
}
