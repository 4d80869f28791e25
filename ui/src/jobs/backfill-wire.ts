/** Backfills as `docs/backfill.md` writes them; times are epoch milliseconds. */

export type Reprocess = 'none' | 'failed' | 'completed'

export interface BackfillSettings {
  readonly job_id: number
  readonly from_ms: number
  readonly to_ms: number
  readonly job_parameters?: Readonly<Record<string, string>>
  readonly only?: readonly string[]
  readonly reprocess?: Reprocess
  readonly failed_only?: boolean
  readonly max_parallel?: number
  readonly backwards?: boolean
}

export type BackfillAction = 'run' | 'repair' | 'skip'

export interface BackfillTaskPreview {
  readonly task_key: string
  readonly action: 'run' | 'skip' | 'depends'
  readonly reason: string
}

export interface BackfillIntervalPreview {
  readonly position: number
  readonly logical_time: number
  readonly parameters: Readonly<Record<string, string>>
  readonly action: BackfillAction
  readonly reason: string
  /** The run that is there already. */
  readonly run_id?: number
  readonly tasks: readonly BackfillTaskPreview[]
}

export interface BackfillPreview {
  readonly counts: Readonly<Record<BackfillAction, number>>
  readonly intervals: readonly BackfillIntervalPreview[]
  readonly next_page_token?: string
}

export const intervalStates = [
  'SUCCEEDED',
  'FAILED',
  'RUNNING',
  'WAITING',
  'SKIPPED',
  'CANCELED',
] as const
export type IntervalState = (typeof intervalStates)[number]

export interface BackfillInterval {
  readonly position: number
  readonly logical_time: number
  readonly action: BackfillAction
  readonly state: IntervalState
  readonly reason: string
  readonly run_id?: number
  readonly start_time?: number
  readonly end_time?: number
}

export interface Backfill {
  readonly backfill_id: number
  readonly job_id: number
  readonly job_name: string
  readonly creator_user_name: string
  readonly created_time: number
  readonly end_time?: number
  readonly cancel_requested_time?: number
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED'
  readonly from_ms?: number
  readonly to_ms?: number
  readonly reprocess: Reprocess
  readonly max_parallel: number
  readonly job_parameters: Readonly<Record<string, string>>
  readonly counts: Readonly<Record<IntervalState, number>>
  readonly total: number
}

export interface BackfillPage extends Backfill {
  readonly intervals: readonly BackfillInterval[]
  readonly next_page_token?: string
}
