/** The logical times of a range: the instants at which a schedule would have fired in it. */
import { fireTimes } from '../cron/simulate.ts'
import { jobsErrors } from '../errors.ts'
import type { JobSettings } from '../settings-schema.ts'
import { intervalOf } from '../triggers/periodic.ts'
import type { Periodic } from '../triggers/schemas.ts'

export type Cadence =
  | { readonly quartz_cron_expression: string; readonly timezone_id: string }
  | Periodic

export const mostIntervals = 10_000

/** The cadence asked for, or else that of the job itself, paused or not. */
export function cadenceOf(
  job: { readonly jobId: number; readonly settings: JobSettings },
  asked: Cadence | undefined,
): Cadence {
  if (asked) return asked
  const { schedule, trigger } = job.settings
  if (schedule) {
    const { quartz_cron_expression, timezone_id } = schedule
    return { quartz_cron_expression, timezone_id }
  }
  if (trigger?.periodic) return trigger.periodic
  throw jobsErrors.JOBS_BACKFILL_INVALID(
    `Job ${job.jobId} has neither a schedule nor a periodic trigger; give the backfill a cadence such as {"interval": 1, "unit": "DAYS"}`,
  )
}

export interface TimeRange {
  /** Included. */
  readonly from: number
  /** Not included. */
  readonly to: number
}

/**
 * Every logical time of the range, oldest first. A periodic cadence counts from the start of the
 * range, or so that one of its times is `phase`.
 */
export function timesOf(cadence: Cadence, { from, to }: TimeRange, phase = from): number[] {
  if (to <= from) {
    throw jobsErrors.JOBS_BACKFILL_INVALID(
      `The range ends at ${iso(to)}, which is not after its start at ${iso(from)}`,
    )
  }
  const times =
    'unit' in cadence ? periodic(cadence, { from, to }, phase) : fires(cadence, from, to)
  if (times.length > mostIntervals) throw tooMany(`from ${iso(from)} to ${iso(to)}`)
  return times
}

/** Logical times that were named one by one, each once, oldest first. */
export function checkTimes(times: readonly number[]): number[] {
  if (times.length > mostIntervals) throw tooMany('in times_ms')
  return [...new Set(times)].sort((a, b) => a - b)
}

function periodic(cadence: Periodic, { from, to }: TimeRange, phase: number): number[] {
  const step = intervalOf(cadence)
  const first = from + ((((phase - from) % step) + step) % step)
  const count = Math.min(Math.max(0, Math.ceil((to - first) / step)), mostIntervals + 1)
  return Array.from({ length: count }, (_, n) => first + n * step)
}

function fires(schedule: Exclude<Cadence, Periodic>, from: number, to: number): number[] {
  // Schedules fire on whole seconds, at the earliest one second after `fromMs`.
  const fromMs = Math.ceil(from / 1000) * 1000 - 1000
  const times: number[] = []
  for (let after = fromMs; times.length <= mostIntervals;) {
    const next = fireTimes(schedule, { fromMs: after, count: 100 })
    times.push(...next.filter((at) => at < to))
    const last = next.at(-1)
    if (last === undefined || next.length < 100 || last >= to) break
    after = last
  }
  return times
}

function tooMany(where: string): Error {
  return jobsErrors.JOBS_BACKFILL_INVALID(
    `There are more than ${mostIntervals} logical times ${where}; a backfill has at most that many`,
  )
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
