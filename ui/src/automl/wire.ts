/** Times are epoch milliseconds. */
export interface Trial {
  readonly trial: number
  readonly rank: number | null
  readonly learner: string
  readonly state: string
  readonly score: number | null
  readonly metrics: Readonly<Record<string, number>>
  readonly params: Readonly<Record<string, unknown>>
  readonly run_id: string
  readonly notebook_path: string | null
  readonly error: string | null
  readonly started_at: number | null
  readonly duration_ms: number | null
}

export interface SearchSummary {
  readonly search_id: string
  readonly name: string
  readonly state: string
  readonly message: string | null
  readonly problem: string
  readonly target: string
  readonly primary_metric: string
  readonly dataset: {
    readonly table: string
    readonly version: number
    readonly rows: number
    readonly unlabelled_rows: number
  }
  readonly experiment_id: string
  readonly run_id: string
  readonly created_at: number
  readonly started_at: number | null
  readonly ended_at: number | null
}

export interface Search extends SearchSummary {
  readonly seed: number
  readonly folds: number
  readonly max_trials: number
  readonly parallelism: number
  readonly sampler: string
  readonly learners: readonly string[]
  readonly environment: string | null
  readonly columns: {
    readonly used: readonly { readonly name: string; readonly kind: string }[]
    readonly dropped: readonly { readonly name: string; readonly reason: string }[]
  }
  readonly exploration_notebook: string | null
  readonly progress: {
    readonly total: number
    readonly running: number
    readonly finished: number
    readonly failed: number
  }
  readonly best_trial: Trial | null
  /** Trials with a score, best first, then the others. */
  readonly leaderboard: readonly Trial[]
}

const open = new Set(['PREPARING', 'RUNNING', 'CANCELLING'])

export function isOpen(search: SearchSummary): boolean {
  return open.has(search.state)
}
