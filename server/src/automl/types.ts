import type { Principal } from '../core/index.ts'
import type { MetricName } from './metrics.ts'
import type { Problem } from './problem.ts'
import type { SamplerName } from './samplers/all.ts'
import type { Point } from './samplers/space.ts'

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

/** What a search was asked to do, with every default filled in. */
export interface SearchSpec {
  readonly problem: Problem
  readonly target: string
  readonly metric: MetricName
  readonly maxTrials: number
  /** No trial runs past it. */
  readonly timeoutMs: number | undefined
  readonly seed: number
  readonly parallelism: number
  readonly folds: number
  readonly sampler: SamplerName
  /** Names of the learners that take part; the baseline always does. */
  readonly learners: readonly string[]
  readonly imputers: Readonly<Record<string, ImputerStrategy>>
  readonly requirements: readonly string[]
}

export interface SearchData {
  readonly table: string
  readonly version: number
  /** Rows with a target; the others are left out. */
  readonly rows: number
  readonly unlabelled: number
  /** Of the Parquet file that every notebook reads; known once it is written. */
  readonly sha256: string | undefined
}

export interface Search {
  readonly id: string
  /** Unique, readable, and the folder of its notebooks below `/AutoML`. */
  readonly name: string
  readonly state: SearchState
  /** Why it failed. */
  readonly message: string | undefined
  readonly spec: SearchSpec
  readonly data: SearchData
  readonly task: Task
  readonly dropped: readonly DroppedColumn[]
  /** Columns of the Parquet file. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly experimentId: string
  /** The MLflow run that all trials are children of. */
  readonly runId: string
  readonly environment: string | undefined
  /** Who asked, and from which attempt. */
  readonly principal: Principal
  /** The caller's name for the request, so that a repeated one starts nothing. */
  readonly idempotencyToken: string | undefined
  readonly explorationPath: string | undefined
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
}

export interface Trial {
  readonly searchId: string
  /** Counts from 1. */
  readonly number: number
  readonly learner: string
  readonly point: Point
  readonly state: TrialState
  readonly runId: string
  readonly attemptId: string
  readonly score: number | undefined
  /** Means over the folds, by metric. */
  readonly metrics: Readonly<Record<string, number>>
  /** In the workspace. */
  readonly notebookPath: string | undefined
  readonly error: string | undefined
  readonly startedAt: Date
  readonly endedAt: Date | undefined
}
