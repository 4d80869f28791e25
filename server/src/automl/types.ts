import type { MetricName } from './metrics.ts'

export const Problem = { Classification: 'classification', Regression: 'regression' } as const
export type Problem = (typeof Problem)[keyof typeof Problem]

/** What a search does; it ends in one of the last three. */
export const SearchState = {
  /** Building the environment and pinning the data. */
  Preparing: 'PREPARING',
  Running: 'RUNNING',
  /** No trial starts any more; those that run are being ended. */
  Cancelling: 'CANCELLING',
  Finished: 'FINISHED',
  Failed: 'FAILED',
  Cancelled: 'CANCELLED',
} as const
export type SearchState = (typeof SearchState)[keyof typeof SearchState]

export const TrialState = {
  Running: 'RUNNING',
  Finished: 'FINISHED',
  Failed: 'FAILED',
  Cancelled: 'CANCELLED',
} as const
export type TrialState = (typeof TrialState)[keyof typeof TrialState]

/** How a column is understood, which decides what is done to it. */
export const ColumnKind = {
  Numeric: 'numeric',
  Boolean: 'boolean',
  /** Few different values: one column of the model each. */
  Categorical: 'categorical',
  /** Many different values: replaced by what the target is like where they occur. */
  HighCardinality: 'high_cardinality',
  Datetime: 'datetime',
  Text: 'text',
} as const
export type ColumnKind = (typeof ColumnKind)[keyof typeof ColumnKind]

export interface FeatureColumn {
  readonly name: string
  readonly kind: ColumnKind
  /** Whether the table stores it as true and false, and not as numbers or text. */
  readonly isBooleanType: boolean
  /** Rows without a value. */
  readonly missing: number
}

/** A column that the model does not see. */
export interface DroppedColumn {
  readonly name: string
  readonly reason: string
}

/** A value of the target. */
export type Label = string | number | boolean

/** What is predicted, and from how much. */
export interface Task {
  readonly problem: Problem
  readonly target: string
  /** The classes in order; empty for regression. */
  readonly labels: readonly Label[]
  /** The class whose probability counts, when there are two. */
  readonly positiveLabel: Label | undefined
  readonly rows: number
  readonly features: readonly FeatureColumn[]
  /** What the search maximises or minimises: a name of `metrics.ts`. */
  readonly metric: MetricName
  readonly seed: number
}

export type ImputerStrategy =
  | 'mean'
  | 'median'
  | 'most_frequent'
  | { readonly strategy: 'constant'; readonly fill_value: string | number }
