import { ColumnKind } from '../types.ts'
import { boolean } from './boolean.ts'
import { categorical } from './categorical.ts'
import { datetime } from './datetime.ts'
import { highCardinality } from './high-cardinality.ts'
import { numeric } from './numeric.ts'
import type { Preprocessor } from './preprocessor.ts'
import { text } from './text.ts'

/** What is done to every kind of column. */
export const preprocessors: Readonly<Record<ColumnKind, Preprocessor>> = {
  [ColumnKind.Numeric]: numeric,
  [ColumnKind.Boolean]: boolean,
  [ColumnKind.Categorical]: categorical,
  [ColumnKind.HighCardinality]: highCardinality,
  [ColumnKind.Datetime]: datetime,
  [ColumnKind.Text]: text,
}

export const columnKinds = Object.values(ColumnKind)
