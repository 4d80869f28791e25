import type { Http } from './http.ts'

/** When a job would have fired: a Quartz expression, or every so often from the start of the range. */
export type BackfillCadence =
  | { readonly quartz_cron_expression: string; readonly timezone_id: string }
  | { readonly interval: number; readonly unit: 'MINUTES' | 'HOURS' | 'DAYS' | 'WEEKS' }

/** What happens where a run with the same logical time is there already. */
export type BackfillReprocess = 'none' | 'failed' | 'completed'

export interface BackfillSettings {
  readonly job_id: number
  /** Epoch milliseconds, included. */
  readonly from_ms?: number
  /** Epoch milliseconds, not included. */
  readonly to_ms?: number
  /** Instead of a range: the logical times themselves, epoch milliseconds. */
  readonly times_ms?: readonly number[]
  /** @default the job's schedule, or its periodic trigger */
  readonly cadence?: BackfillCadence
  /** May refer to `{{backfill.iso_date}}` and the like. */
  readonly job_parameters?: Readonly<Record<string, string>>
  /** Task keys, as in run-now. */
  readonly only?: readonly string[]
  /** @default 'none' */
  readonly reprocess?: BackfillReprocess
  /** Leaves out the times that have no run yet. @default false */
  readonly failed_only?: boolean
  /** Runs at a time. @default 1 */
  readonly max_parallel?: number
  /** Newest first. @default false */
  readonly backwards?: boolean
}

export interface BackfillTaskPreview {
  readonly task_key: string
  /** `depends`: a condition or a failure decides while it runs. */
  readonly action: 'run' | 'skip' | 'depends'
  readonly reason: string
}

export interface BackfillIntervalPreview {
  readonly position: number
  /** Epoch milliseconds. */
  readonly logical_time: number
  readonly parameters: Readonly<Record<string, string>>
  readonly action: 'run' | 'repair' | 'skip'
  readonly reason: string
  /** The run that is there already. */
  readonly run_id?: number
  readonly tasks: readonly BackfillTaskPreview[]
}

export interface BackfillPreview {
  readonly job_id: number
  readonly cadence?: BackfillCadence
  readonly max_parallel: number
  readonly backwards: boolean
  readonly counts: Readonly<Record<'run' | 'repair' | 'skip', number>>
  readonly intervals: readonly BackfillIntervalPreview[]
  readonly next_page_token?: string
}

export type BackfillState = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED'
export type BackfillIntervalState =
  | 'WAITING'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'SKIPPED'
  | 'CANCELED'

export interface BackfillInterval {
  readonly position: number
  readonly logical_time: number
  readonly action: 'run' | 'repair' | 'skip'
  readonly state: BackfillIntervalState
  readonly reason: string
  readonly run_id?: number
  readonly start_time?: number
  readonly end_time?: number
}

export interface Backfill extends Required<
  Pick<BackfillSettings, 'job_id' | 'reprocess' | 'failed_only' | 'max_parallel' | 'backwards'>
> {
  readonly backfill_id: number
  readonly job_name: string
  readonly creator_user_name: string
  readonly created_time: number
  readonly end_time?: number
  readonly cancel_requested_time?: number
  readonly state: BackfillState
  readonly from_ms?: number
  readonly to_ms?: number
  readonly cadence?: BackfillCadence
  readonly job_parameters: Readonly<Record<string, string>>
  readonly only?: readonly string[]
  readonly counts: Readonly<Record<BackfillIntervalState, number>>
  readonly total: number
}

export interface BackfillPage extends Backfill {
  readonly intervals: readonly BackfillInterval[]
  readonly next_page_token?: string
}

export interface BackfillsApi {
  /** What a backfill would run, and what not, and why. Pages hold 100 intervals unless told otherwise. */
  readonly preview: (
    settings: BackfillSettings,
    page?: { readonly limit?: number; readonly page_token?: string },
  ) => Promise<BackfillPreview>
  /** Returns the id of the backfill; the same `idempotency_token` again answers the same one. */
  readonly create: (
    settings: BackfillSettings & { readonly idempotency_token?: string },
  ) => Promise<number>
  readonly get: (
    backfillId: number,
    page?: {
      readonly state?: BackfillIntervalState
      readonly limit?: number
      readonly page_token?: string
    },
  ) => Promise<BackfillPage>
  /** Newest first. */
  readonly list: (query?: {
    readonly job_id?: number
    readonly limit?: number
    readonly page_token?: string
  }) => Promise<{ readonly backfills: readonly Backfill[]; readonly next_page_token?: string }>
  /** Cancels its active runs; no more begin. */
  readonly cancel: (backfillId: number) => Promise<void>
}

const base = '/api/millrace/1.0/jobs/backfill'

export function backfillsApi(http: Http): BackfillsApi {
  return {
    preview: (settings, page = {}) =>
      http.call('POST', `${base}/preview`, { body: { ...settings, ...page } }),
    create: async (settings) => {
      const body = settings
      const answer = await http.call<{ backfill_id: number }>('POST', `${base}/create`, { body })
      return answer.backfill_id
    },
    get: (backfillId, page = {}) =>
      http.call('GET', `${base}/get`, { query: { backfill_id: backfillId, ...page } }),
    list: (query = {}) => http.call('GET', `${base}/list`, { query }),
    cancel: async (backfillId) => {
      await http.call('POST', `${base}/cancel`, { body: { backfill_id: backfillId } })
    },
  }
}
