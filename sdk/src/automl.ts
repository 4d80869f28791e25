import type { Http } from './http.ts'

/** What a search is asked for; the names are those of the REST API. */
export interface SearchSettings {
  readonly dataset: { readonly table: string; readonly version?: number }
  readonly target: string
  readonly problem: 'classification' | 'regression'
  /** @default roc_auc, or r2 for regression */
  readonly primary_metric?: string
  /** The baseline included. @default 24 */
  readonly max_trials?: number
  /** When it is over no trial runs any more. @default no limit */
  readonly timeout_seconds?: number
  /** @default 42 */
  readonly seed?: number
  /** Trials at the same time. @default 2 */
  readonly parallelism?: number
  readonly exclude_columns?: readonly string[]
  readonly positive_label?: string
  readonly learners?: readonly string[]
}

export interface Trial {
  readonly trial: number
  /** Null without a score. */
  readonly rank: number | null
  readonly learner: string
  readonly state: 'RUNNING' | 'FINISHED' | 'FAILED' | 'CANCELLED'
  readonly score: number | null
  readonly metrics: Readonly<Record<string, number>>
  readonly params: Readonly<Record<string, unknown>>
  readonly run_id: string
  readonly model_uri: string | null
  /** In the workspace. */
  readonly notebook_path: string | null
  readonly error: string | null
  readonly duration_ms: number | null
}

export interface Search {
  readonly search_id: string
  readonly name: string
  readonly state: 'PREPARING' | 'RUNNING' | 'CANCELLING' | 'FINISHED' | 'FAILED' | 'CANCELLED'
  /** Why it failed. */
  readonly message: string | null
  readonly primary_metric: string
  readonly dataset: { readonly table: string; readonly version: number; readonly rows: number }
  readonly run_id: string
  readonly exploration_notebook: string | null
  readonly best_trial: Trial | null
  /** Every trial: those with a score, best first, then the others. */
  readonly leaderboard: readonly Trial[]
}

const searches = '/api/millrace/1.0/automl/searches'

/** Searches for the best model of a table. */
export interface AutomlApi {
  /** Starts a search; its trials come later. */
  readonly start: (settings: SearchSettings) => Promise<Search>
  readonly get: (searchId: string) => Promise<Search>
  /** Ends it; the trials so far stay. */
  readonly cancel: (searchId: string) => Promise<Search>
}

export function automlApi(http: Http): AutomlApi {
  const path = (searchId: string): string => `${searches}/${encodeURIComponent(searchId)}`
  return {
    start: (settings) => http.call('POST', searches, { body: { ...settings } }),
    get: (searchId) => http.call('GET', path(searchId)),
    cancel: (searchId) => http.call('POST', `${path(searchId)}/cancel`),
  }
}

export function hasSearchEnded({ state }: Search): boolean {
  return state === 'FINISHED' || state === 'FAILED' || state === 'CANCELLED'
}
