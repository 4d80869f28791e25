import type { DroppedColumn, Task } from '../types.ts'
import type { Imputers } from './preprocessing.ts'

/** The rows that every notebook of a search reads. */
export interface PinnedData {
  /** `main.default.churn`. */
  readonly table: string
  readonly version: number
  readonly rows: number
  /** Hex SHA-256 of the Parquet file. */
  readonly sha256: string
  /** The run that keeps the file, and where. */
  readonly runId: string
  readonly artifactPath: string
}

/** What all notebooks of a search have in common. */
export interface SearchPlan {
  readonly searchId: string
  readonly searchName: string
  /** Where MLflow was when the notebook was written. */
  readonly serverUrl: string
  readonly experimentId: string
  readonly data: PinnedData
  readonly task: Task
  readonly folds: number
  readonly dropped: readonly DroppedColumn[]
  readonly imputers: Imputers
  /** Rows of the table without a target, which are left out. */
  readonly unlabelled: number
  /** Exact versions, for the model's own requirements. */
  readonly versions: Readonly<Record<string, string>>
  readonly python: string
}
