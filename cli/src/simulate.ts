import { findJob } from './jobs.ts'
import { formatDuration, formatTime } from './output.ts'
import { bundleFlags } from './bundle/load-call.ts'
import { UsageError, type Verb } from './verb.ts'

export const simulateVerb: Verb = {
  usage: 'simulate --job JOB [--from DATE] [--days N]',
  summary: 'which runs a job would start by itself',
  examples: [
    'npx millrace simulate --job churn-pipeline --days 30',
    'npx millrace simulate --job churn-pipeline --from 2026-10-24 --days 2',
  ],
  flags: {
    ...bundleFlags,
    job: { takes: 'JOB', help: 'the job' },
    from: { takes: 'DATE', help: 'where to begin, such as 2026-10-24 or 2026-10-24T08:00Z (now)' },
    days: { takes: 'N', help: 'how far to look (30)' },
  },
  run: async (call) => {
    const job = call.flag('job')
    if (job === undefined) throw new UsageError('Name the job: --job JOB')
    const millrace = call.millrace()
    const from = readDate(call.flag('from'))
    const found = await millrace.jobs.simulate(await findJob(millrace, call, job), {
      days: readDays(call.flag('days') ?? '30'),
      ...(from === undefined ? {} : { from_ms: from }),
    })
    call.out.table(
      ['FIRES', 'THEN', 'BEGINS', 'WHY'],
      found.runs.map((run) => [
        formatTime(run.at),
        run.outcome,
        run.starts_at === undefined ? '' : formatTime(run.starts_at),
        run.why,
      ]),
    )
    if (found.runs.length === 0) call.out.line('Nothing would fire in that time')
    else call.out.line(`Each run is taken to last ${formatDuration(found.duration_ms)}`)
    if (found.truncated) call.out.line(`There are more than these ${found.runs.length}`)
    for (const kind of found.unforeseeable) {
      call.out.line(`Its ${kind} trigger waits for something to happen, which nobody can foretell`)
    }
    call.out.result(found)
    return 0
  },
}

function readDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new UsageError(`--from is '${text}'; expected a date: 2026-10-24`)
  return at
}

function readDays(text: string): number {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= 366) return days
  throw new UsageError(`--days is '${text}'; expected a whole number from 1 to 366`)
}
