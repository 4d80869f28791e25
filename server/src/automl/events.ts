export interface TrialFinished {
  readonly search_id: string
  /** Counts from 1. */
  readonly trial: number
  readonly run_id: string
  /** Absent when the trial failed. */
  readonly score: number | null
}

export interface SearchFinished {
  readonly search_id: string
  /** Absent when no trial succeeded. */
  readonly best_run_id: string | null
}

declare module '../core/events/types.ts' {
  interface EventPayloads {
    'automl.search_started': { readonly search_id: string; readonly name: string }
    'automl.trial_finished': TrialFinished
    'automl.search_finished': SearchFinished
  }
}
