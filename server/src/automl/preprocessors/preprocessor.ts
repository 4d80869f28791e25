import { call, python } from '../notebooks/python.ts'
import type { ColumnKind, FeatureColumn, ImputerStrategy, Task } from '../types.ts'

/** Columns that are treated alike. */
export interface ColumnGroup {
  /** A Python variable that holds their names; also the step's name. */
  readonly variable: string
  readonly columns: readonly FeatureColumn[]
  /** What the user asked for in place of missing values. */
  readonly imputer: ImputerStrategy | undefined
  /** Whether the learner wants centred, scaled columns. */
  readonly scaled: boolean
  readonly task: Task
}

export interface PreprocessorSource {
  readonly imports: readonly string[]
  /** Python lines that come before, for example a function. */
  readonly lines: readonly string[]
  /** The expression of the transformer. */
  readonly transformer: string
  /** What happens, for the reader. */
  readonly says: string
}

/** What is done to one kind of column. */
export interface Preprocessor {
  readonly kind: ColumnKind
  readonly title: string
  /** Whether each column goes through a transformer of its own, as a series. */
  readonly oneByOne: boolean
  readonly source: (group: ColumnGroup) => PreprocessorSource
}

export interface Step {
  readonly expression: string
  readonly imports: readonly string[]
}

/** Several steps as one expression. */
export function chain(steps: readonly Step[]): Step {
  const [only] = steps
  if (steps.length === 0) return { expression: '"passthrough"', imports: [] }
  if (only && steps.length === 1) return only
  return {
    expression: `make_pipeline(${steps.map(({ expression }) => expression).join(', ')})`,
    imports: ['from sklearn.pipeline import make_pipeline', ...steps.flatMap((s) => s.imports)],
  }
}

export function imputerStep(strategy: ImputerStrategy): Step {
  const options = typeof strategy === 'string' ? { strategy } : { ...strategy }
  return {
    expression: call('SimpleImputer', options).replaceAll(/\n\s*/g, ''),
    imports: ['from sklearn.impute import SimpleImputer'],
  }
}

export function sayImputer(strategy: ImputerStrategy): string {
  if (typeof strategy !== 'string') return `missing values become ${python(strategy.fill_value)}`
  const names = { mean: 'mean', median: 'median', most_frequent: 'most frequent value' }
  return `missing values become the column's ${names[strategy]}`
}

export function hasMissing({ columns }: ColumnGroup): boolean {
  return columns.some(({ missing }) => missing > 0)
}
