import type { Cadence } from './cadence.ts'

export const BackfillState = {
  Running: 'RUNNING',
  Succeeded: 'SUCCEEDED',
  /** At least one of its runs did not succeed. */
  Failed: 'FAILED',
  Canceled: 'CANCELED',
} as const
export type BackfillState = (typeof BackfillState)[keyof typeof BackfillState]

export const IntervalState = {
  Waiting: 'WAITING',
  Running: 'RUNNING',
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  Skipped: 'SKIPPED',
  Canceled: 'CANCELED',
} as const
export type IntervalState = (typeof IntervalState)[keyof typeof IntervalState]

export type IntervalAction = 'run' | 'repair' | 'skip'

/** What happens where a run with the same logical time is there already. */
export type Reprocess = 'none' | 'failed' | 'completed'

export interface BackfillSpec {
  /** Absent when the logical times were given one by one. */
  readonly range: { readonly from: number; readonly to: number } | undefined
  readonly cadence: Cadence | undefined
  /** As given, with their references. */
  readonly parameters: Readonly<Record<string, string>>
  readonly only: readonly string[] | undefined
  readonly reprocess: Reprocess
  readonly failedOnly: boolean
  readonly backwards: boolean
}

export interface Backfill extends BackfillSpec {
  readonly backfillId: number
  readonly jobId: number
  readonly jobName: string
  readonly creator: string
  readonly maxParallel: number
  readonly state: BackfillState
  readonly createdAt: Date
  readonly endedAt: Date | undefined
  readonly cancelRequestedAt: Date | undefined
}

/** One logical time of a backfill. */
export interface Interval {
  readonly position: number
  readonly logicalAt: number
  readonly action: IntervalAction
  readonly state: IntervalState
  readonly reason: string
  /** The run that it started or repaired, or for which it was skipped. */
  readonly runId: number | undefined
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
}
