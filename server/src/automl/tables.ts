import type { SearchState, TrialState } from './types.ts'

export interface AutomlSearchTable {
  id: string
  name: string
  state: SearchState
  message: string | null
  table_name: string
  table_version: number
  rows: number
  unlabelled: number
  sha256: string | null
  /** JSON: SearchSpec. */
  spec: string
  /** JSON: Task. */
  task: string
  /** JSON: DroppedColumn[]. */
  dropped: string
  /** JSON: the columns of the Parquet file and their types. */
  file_columns: string
  experiment_id: string
  run_id: string
  environment: string | null
  principal: string
  principal_kind: 'user' | 'service_principal'
  principal_is_owner: number
  attempt_id: string | null
  idempotency_token: string | null
  exploration_path: string | null
  created_at: number
  started_at: number | null
  ended_at: number | null
}

export interface AutomlTrialTable {
  search_id: string
  number: number
  learner: string
  /** JSON: Point. */
  point: string
  state: TrialState
  run_id: string
  attempt_id: string
  score: number | null
  /** JSON: means over the folds by metric. */
  metrics: string
  notebook_path: string | null
  error: string | null
  started_at: number
  ended_at: number | null
}

declare module '../core/db/tables.ts' {
  interface Tables {
    automl_search: AutomlSearchTable
    automl_trial: AutomlTrialTable
  }
}
