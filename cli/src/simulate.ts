import type { Simulation } from '@millrace/sdk'
import { findJob } from './jobs.ts'
import { formatCount, formatDuration, type Output } from './output.ts'
import { bundleFlags } from './bundle/load-call.ts'
import { UsageError, type Verb } from './verb.ts'
import { formatTimeIn, parseTimeIn, zoneOf } from './zoned-time.ts'

export const simulateVerb: Verb = {
  usage: 'simulate --job JOB [--from DATE] [--days N] [--took DURATION]',
  summary: 'which runs a job would start by itself',
  examples: [
    'npx millrace simulate --job churn-pipeline --days 30',
    'npx millrace simulate --job churn-pipeline --from 2026-10-24 --days 2',
    'npx millrace simulate --job churn-pipeline --took 90m',
  ],
  flags: {
    ...bundleFlags,
    job: { takes: 'JOB', help: 'the job' },
    from: { takes: 'DATE', help: 'where to begin, such as 2026-10-24 or 2026-10-24T08:00Z (now)' },
    days: { takes: 'N', help: 'how far to look (30)' },
    took: { takes: 'DURATION', help: 'how long each run lasts, such as 90m (as the latest ones)' },
  },
  run: async (call) => {
    const job = call.flag('job')
    if (job === undefined) throw new UsageError('Name the job: --job JOB')
    const days = readDays(call.flag('days') ?? '30')
    const took = readDuration(call.flag('took'))
    const millrace = call.millrace()
    const jobId = await findJob(millrace, call, job)
    const { settings } = await millrace.jobs.get(jobId)
    const zone = zoneOf(settings)
    const from = readDate(call.flag('from'), zone)
    const found = await millrace.jobs.simulate(jobId, {
      days,
      ...(from === undefined ? {} : { from_ms: from }),
      ...(took === undefined ? {} : { duration_ms: took }),
    })
    show(found, { zone, given: took !== undefined }, call.out)
    call.out.result(found)
    return 0
  },
}

function show(
  found: Simulation,
  how: { readonly zone: string; readonly given: boolean },
  out: Output,
): void {
  const { zone } = how
  const { runs, max_concurrent_runs: most } = found
  if (runs.length > 0) {
    out.table(
      [zone.toUpperCase(), 'THEN', 'WHY'],
      runs.map((run) => [formatTimeIn(run.at, zone), run.outcome, whyOf(run, { most, zone })]),
    )
    out.line(`\n${describe(found)}`)
    out.line(describeDuration(found, how.given))
  } else {
    out.line('Nothing would fire in that time')
  }
  if (found.truncated) out.line(`There are more than these ${runs.length}`)
  for (const kind of found.unforeseeable) {
    out.line(`Its ${kind} trigger waits for something to happen, which nobody can foretell`)
  }
}

/** Nothing for a run that begins when it should. */
function whyOf(
  run: Simulation['runs'][number],
  { most, zone }: { readonly most: number; readonly zone: string },
): string {
  const full = `${run.active} of ${formatCount(most, 'run')} active`
  switch (run.outcome) {
    case 'runs':
      return ''
    case 'paused':
      return 'the schedule is paused'
    case 'skips':
      return most === 0 ? 'max_concurrent_runs is 0' : full
    case 'queues':
      return `${full}; begins ${formatTimeIn(run.starts_at ?? run.at, zone)}`
  }
}

function describe({ runs }: Simulation): string {
  const words = { runs: 'run', queues: 'wait first', skips: 'be skipped', paused: 'be let go' }
  const parts = Object.entries(words).flatMap(([outcome, word]) => {
    const count = runs.filter((run) => run.outcome === outcome).length
    return count === 0 ? [] : [`${count} would ${word}`]
  })
  return parts.join(', ')
}

function describeDuration(found: Simulation, given: boolean): string {
  const { duration_ms: ms, measured_from: of } = found
  if (given) return `Each run is taken to last ${formatDuration(ms)}`
  if (of === 0) return 'It has never run, so its runs are taken to last no time; try --took 90m'
  return `Each run is taken to last ${formatDuration(ms)}, as its latest ${formatCount(of, 'run')} did`
}

function readDate(text: string | undefined, zone: string): number | undefined {
  if (text === undefined) return undefined
  const at = parseTimeIn(text, zone)
  if (at === undefined) throw new UsageError(`--from is '${text}'; expected a date: 2026-10-24`)
  return at
}

function readDays(text: string): number {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= 366) return days
  throw new UsageError(`--days is '${text}'; expected a whole number from 1 to 366`)
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000 } as const

function readDuration(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, number = '', unit = ''] = /^(\d+)([smh])$/.exec(text) ?? []
  if (number !== '') return Number(number) * unitMs[unit as keyof typeof unitMs]
  throw new UsageError(`--took is '${text}'; expected a number with s, m or h, such as 90m`)
}
