import { ColumnKind } from '../types.ts'
import { chain, hasMissing, imputerStep, sayImputer, type Preprocessor } from './preprocessor.ts'

/** Yes-or-no columns, stored as true and false or as 1 and 0. */
export const boolean: Preprocessor = {
  kind: ColumnKind.Boolean,
  title: 'Yes or no',
  oneByOne: false,
  source: (group) => {
    if (group.columns.every(({ isBooleanType }) => isBooleanType)) {
      return {
        imports: ['from sklearn.preprocessing import OneHotEncoder'],
        lines: [],
        transformer:
          'OneHotEncoder(handle_unknown="ignore", drop="if_binary", sparse_output=False)',
        says: 'become 1 and 0; a missing value is a third case',
      }
    }
    if (!hasMissing(group) && group.imputer === undefined) {
      return { imports: [], lines: [], transformer: '"passthrough"', says: 'stay 1 and 0' }
    }
    const strategy = group.imputer ?? 'most_frequent'
    const { expression, imports } = chain([imputerStep(strategy)])
    return { imports, lines: [], transformer: expression, says: sayImputer(strategy) }
  },
}
