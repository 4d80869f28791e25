import { ColumnKind } from '../types.ts'
import { chain, imputerStep, sayImputer, type Preprocessor } from './preprocessor.ts'

export const numeric: Preprocessor = {
  kind: ColumnKind.Numeric,
  title: 'Numbers',
  oneByOne: false,
  source: (group) => {
    const strategy = group.imputer ?? 'median'
    const scaler = {
      expression: 'StandardScaler()',
      imports: ['from sklearn.preprocessing import StandardScaler'],
    }
    const { expression, imports } = chain([
      imputerStep(strategy),
      ...(group.scaled ? [scaler] : []),
    ])
    const says = group.scaled ? '; then centred and scaled' : ''
    return { imports, lines: [], transformer: expression, says: `${sayImputer(strategy)}${says}` }
  },
}
