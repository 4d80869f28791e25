import type { ForecastOutcome, ForecastRun } from './use-forecast.ts'

export interface ForecastDay {
  /** `2026-03-29`, in the job's time zone. */
  readonly date: string
  /** By the hour on the wall clock, 0 to 23; on the day that clocks go back one hour holds two. */
  readonly hours: readonly (readonly ForecastRun[])[]
}

interface WallTime {
  readonly date: string
  readonly hour: number
}

function wallClock(timeZone: string): (time: number) => WallTime {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
    return {
      date: `${part('year')}-${part('month')}-${part('day')}`,
      hour: Number(part('hour')),
    }
  }
}

const hourMs = 3_600_000

/** Every day of the window, also those without a run, each with its hours. */
export function forecastDays(
  runs: readonly ForecastRun[],
  window: { readonly from: number; readonly to: number; readonly timeZone: string },
): ForecastDay[] {
  const clock = wallClock(window.timeZone)
  const days = new Map<string, ForecastRun[][]>()
  const hoursOf = (date: string): ForecastRun[][] => {
    const known = days.get(date) ?? Array.from({ length: 24 }, (): ForecastRun[] => [])
    days.set(date, known)
    return known
  }
  for (let time = window.from; time < window.to; time += 12 * hourMs) hoursOf(clock(time).date)
  hoursOf(clock(window.to - 1).date)
  for (const run of runs) {
    const { date, hour } = clock(run.at)
    hoursOf(date)[hour]?.push(run)
  }
  return [...days]
    .map(([date, hours]) => ({ date, hours }))
    .toSorted((a, b) => a.date.localeCompare(b.date))
}

const gravest: readonly ForecastOutcome[] = ['skips', 'queues', 'runs', 'paused']

/** What an hour is coloured by: the gravest that happens in it. */
export function outcomeOf(runs: readonly ForecastRun[]): ForecastOutcome | undefined {
  return gravest.find((outcome) => runs.some((run) => run.outcome === outcome))
}
