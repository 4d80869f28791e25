import { ColumnKind } from '../types.ts'
import { chain, imputerStep, type Preprocessor } from './preprocessor.ts'

const functionLines = [
  'def calendar(frame):',
  '    """Numbers that say where in time each value is."""',
  '    parts = {}',
  '    for column in frame:',
  '        moments = pd.to_datetime(frame[column], utc=True).dt.tz_localize(None)',
  '        parts[f"{column}_day"] = (moments - pd.Timestamp("2000-01-01")) / pd.Timedelta(days=1)',
  '        parts[f"{column}_month"] = moments.dt.month',
  '        parts[f"{column}_day_of_month"] = moments.dt.day',
  '        parts[f"{column}_day_of_week"] = moments.dt.dayofweek',
  '        parts[f"{column}_hour"] = moments.dt.hour',
  '    return pd.DataFrame(parts, index=frame.index).astype("float64")',
]

export const datetime: Preprocessor = {
  kind: ColumnKind.Datetime,
  title: 'Dates and times',
  oneByOne: false,
  source: (group) => {
    const parts = {
      expression: 'FunctionTransformer(calendar)',
      imports: ['import pandas as pd', 'from sklearn.preprocessing import FunctionTransformer'],
    }
    const scaler = {
      expression: 'StandardScaler()',
      imports: ['from sklearn.preprocessing import StandardScaler'],
    }
    const { expression, imports } = chain([
      parts,
      imputerStep('median'),
      ...(group.scaled ? [scaler] : []),
    ])
    const says = 'become days since 2000, month, day of month, day of week and hour'
    return { imports, lines: functionLines, transformer: expression, says }
  },
}
