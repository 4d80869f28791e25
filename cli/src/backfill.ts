import { setTimeout as delay } from 'node:timers/promises'
import type {
  Backfill,
  BackfillInterval,
  BackfillPreview,
  BackfillSettings,
  Millrace,
} from '@millrace/sdk'
import { bundleFlags } from './bundle/load-call.ts'
import { findJob, readParameters, wholeNumber } from './jobs.ts'
import { formatCount, formatDuration, type Color, type Output } from './output.ts'
import { UsageError, type Call, type Verb } from './verb.ts'
import { formatTimeIn, isDay, parseTimeIn, zoneOf } from './zoned-time.ts'

export const backfillVerb: Verb = {
  usage: 'backfill <job> --from DATE --to DATE [--failed-only] [--dry-run]',
  summary: 'run a job for past times of its schedule',
  examples: [
    'npx millrace backfill churn-pipeline --from 2026-01-01 --to 2026-01-31 --dry-run',
    'npx millrace backfill churn-pipeline --from 2026-01-01 --to 2026-01-31 --max-parallel 4',
    'npx millrace backfill churn-pipeline --from 2026-01-01 --to 2026-01-31 --failed-only',
    'npx millrace backfill load --from 2026-01-01 --to 2026-01-31 --param day={{backfill.iso_date}}',
    'npx millrace backfill --cancel 123456',
  ],
  words: [0, 1],
  flags: {
    ...bundleFlags,
    from: { takes: 'DATE', help: "first day, in the job's time zone, or a time" },
    to: { takes: 'DATE', help: 'last day, itself included; a time itself is not' },
    every: { takes: 'CADENCE', help: "such as 6h or 1d; the job's own schedule when not given" },
    param: { takes: 'NAME=VALUE', help: 'may hold {{backfill.iso_date}}', repeatable: true },
    only: { takes: 'TASK', help: 'only this task; +TASK with those before it', repeatable: true },
    'failed-only': { help: 'only times whose run failed, and only its failed tasks' },
    reprocess: { takes: 'HOW', help: 'where a run is: none (leave it), failed or completed' },
    'max-parallel': { takes: 'N', help: 'runs at a time (1)' },
    backwards: { help: 'newest first' },
    token: { takes: 'TOKEN', help: 'the same token again starts nothing new' },
    'dry-run': { help: 'say what would run, and run nothing' },
    'no-wait': { help: 'print the id of the backfill and end' },
    cancel: { takes: 'ID', help: 'stop a backfill and its runs' },
  },
  run: async (call) => {
    const millrace = call.millrace()
    const canceled = call.flag('cancel')
    if (canceled !== undefined) return cancel(millrace, wholeNumber(canceled, '--cancel'), call.out)
    if (call.words.length === 0) throw new UsageError('Name the job, or a backfill to --cancel')
    const jobId = await findJob(millrace, call)
    const { settings: job } = await millrace.jobs.get(jobId)
    const zone = zoneOf(job)
    const settings = readSettings(call, jobId, zone)
    if (call.has('dry-run')) return preview(millrace, { settings, zone }, call.out)
    const token = call.flag('token')
    const backfillId = await millrace.jobs.backfills.create({
      ...settings,
      ...(token === undefined ? {} : { idempotency_token: token }),
    })
    if (!call.has('no-wait')) return follow(millrace, { backfillId, zone }, call.out)
    call.out.line(`Backfill ${backfillId} of job ${jobId} has begun`)
    call.out.result({ backfill_id: backfillId, job_id: jobId })
    return 0
  },
}

function readSettings(call: Call, jobId: number, zone: string): BackfillSettings {
  const reprocess = call.flag('reprocess')
  if (reprocess !== undefined && !isReprocess(reprocess)) {
    throw new UsageError(`--reprocess is '${reprocess}'; expected none, failed or completed`)
  }
  const every = call.flag('every')
  const only = call.flags('only')
  const parallel = call.flag('max-parallel')
  return {
    job_id: jobId,
    from_ms: readTime(call, 'from', zone),
    to_ms: readTime(call, 'to', zone),
    job_parameters: readParameters(call.flags('param')),
    failed_only: call.has('failed-only'),
    backwards: call.has('backwards'),
    ...(reprocess === undefined ? {} : { reprocess }),
    ...(every === undefined ? {} : { cadence: readCadence(every) }),
    ...(only.length === 0 ? {} : { only }),
    ...(parallel === undefined ? {} : { max_parallel: wholeNumber(parallel, '--max-parallel') }),
  }
}

function isReprocess(text: string): text is 'none' | 'failed' | 'completed' {
  return ['none', 'failed', 'completed'].includes(text)
}

const dayMs = 86_400_000

function readTime(call: Call, name: 'from' | 'to', zone: string): number {
  const text = call.flag(name)
  if (text === undefined) throw new UsageError(`Say which days: --from DATE --to DATE`)
  // The last day belongs to the range, whose end does not.
  const day = name === 'to' && isDay(text) ? nextDay(text) : text
  const at = parseTimeIn(day, zone)
  if (at !== undefined) return at
  throw new UsageError(`--${name} is '${text}'; expected a date: 2026-10-24`)
}

function nextDay(day: string): string {
  const at = Date.parse(day)
  return Number.isNaN(at) ? day : new Date(at + dayMs).toISOString().slice(0, 10)
}

const units = { m: 'MINUTES', h: 'HOURS', d: 'DAYS', w: 'WEEKS' } as const

function readCadence(text: string): NonNullable<BackfillSettings['cadence']> {
  const [, number = '', letter = ''] = /^([1-9]\d*)([mhdw])$/.exec(text) ?? []
  const unit = units[letter as keyof typeof units] as (typeof units)['m'] | undefined
  if (unit) return { interval: Number(number), unit }
  throw new UsageError(`--every is '${text}'; expected a number with m, h, d or w, such as 6h`)
}

async function cancel(millrace: Millrace, backfillId: number, out: Output): Promise<number> {
  await millrace.jobs.backfills.cancel(backfillId)
  const { state } = await millrace.jobs.backfills.get(backfillId, { limit: 1 })
  out.line(
    state === 'CANCELED'
      ? `Backfill ${backfillId} is CANCELED`
      : `Backfill ${backfillId} is being canceled: its active runs are told to stop`,
  )
  out.result({ backfill_id: backfillId, state })
  return 0
}

type Interval = BackfillPreview['intervals'][number]

async function preview(
  millrace: Millrace,
  asked: { readonly settings: BackfillSettings; readonly zone: string },
  out: Output,
): Promise<number> {
  const { zone } = asked
  let page = await millrace.jobs.backfills.preview(asked.settings, { limit: 1000 })
  const intervals = [...page.intervals]
  while (page.next_page_token !== undefined) {
    const next = { limit: 1000, page_token: page.next_page_token }
    page = await millrace.jobs.backfills.preview(asked.settings, next)
    intervals.push(...page.intervals)
  }
  out.table(
    [zone.toUpperCase(), 'ACTION', 'WHY'],
    intervals.map((one) => [formatTimeIn(one.logical_time, zone), one.action, one.reason]),
  )
  for (const alike of byTasks(intervals)) showTasks(alike, out)
  const { run, repair, skip } = page.counts
  out.line(`\n${run} would run, ${repair} would be repaired, ${skip} would be skipped`)
  out.result({ ...page, intervals, next_page_token: undefined })
  return 0
}

/** Intervals that do something, those whose tasks fare alike together. */
function byTasks(intervals: readonly Interval[]): Interval[][] {
  const groups = new Map<string, Interval[]>()
  for (const one of intervals) {
    if (one.action === 'skip') continue
    const key = JSON.stringify([one.action, one.tasks])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

function showTasks(alike: readonly Interval[], out: Output): void {
  const [first] = alike
  if (!first) return
  const which = first.action === 'repair' ? 'repair of a run' : 'run'
  const of = alike.length === 1 ? `the one ${which}` : `each of the ${alike.length} ${which}s`
  out.line(`\nIn ${of.replace(/repair of a runs/, 'repairs')}:`)
  out.table(
    ['  TASK', '', 'WHY'],
    first.tasks.map((task) => [`  ${task.task_key}`, task.action, task.reason]),
  )
}

const pollMs = 500

async function follow(
  millrace: Millrace,
  of: { readonly backfillId: number; readonly zone: string },
  out: Output,
): Promise<number> {
  const { backfillId, zone } = of
  out.line(`Backfill ${backfillId}  ${millrace.url}/jobs/backfills/${backfillId}`)
  const shown = new Map<number, string>()
  for (;;) {
    const { intervals, ...backfill } = await readWhole(millrace, backfillId)
    clearProgress(out)
    for (const one of intervals) showInterval(one, { shown, zone }, out)
    if (backfill.state !== 'RUNNING') {
      const { state } = backfill
      const took = formatDuration((backfill.end_time ?? 0) - backfill.created_time)
      const color = state === 'SUCCEEDED' ? 'green' : 'red'
      out.line(out.paint(color, `${state} after ${took}: ${describeCounts(backfill)}`))
      if (state === 'FAILED') out.line('--failed-only runs what failed once more')
      out.result({ ...backfill, intervals })
      return state === 'SUCCEEDED' ? 0 : 1
    }
    if (out.isTerminal && !out.json) out.raw(describeCounts(backfill))
    await delay(pollMs)
  }
}

/** Takes away the line that only says how far it is. */
function clearProgress(out: Output): void {
  if (out.isTerminal && !out.json) out.raw('\r\u001B[K')
}

async function readWhole(
  millrace: Millrace,
  backfillId: number,
): Promise<Backfill & { readonly intervals: readonly BackfillInterval[] }> {
  let page = await millrace.jobs.backfills.get(backfillId, { limit: 1000 })
  const intervals = [...page.intervals]
  while (page.next_page_token !== undefined) {
    const next = { limit: 1000, page_token: page.next_page_token }
    page = await millrace.jobs.backfills.get(backfillId, next)
    intervals.push(...page.intervals)
  }
  return { ...page, intervals }
}

const colors: Readonly<Partial<Record<string, Color>>> = {
  SUCCEEDED: 'green',
  FAILED: 'red',
  CANCELED: 'red',
  RUNNING: 'blue',
}

function showInterval(
  one: BackfillInterval,
  place: { readonly shown: Map<number, string>; readonly zone: string },
  out: Output,
): void {
  const { state, start_time: began, end_time: ended } = one
  if (state === 'WAITING' || place.shown.get(one.position) === state) return
  place.shown.set(one.position, state)
  const time = formatTimeIn(one.logical_time, place.zone)
  const took = began && ended ? formatDuration(ended - began) : ''
  const note = state === 'SUCCEEDED' || state === 'RUNNING' ? `run ${one.run_id ?? ''}` : one.reason
  const words = `${state.padEnd(9)} ${took.padEnd(10)}`
  const room = Math.max(20, out.columns - time.length - words.length - 4)
  const cut = note.length > room ? `${note.slice(0, room - 1)}…` : note
  out.line(`  ${time} ${out.paint(colors[state] ?? 'grey', words)} ${out.isTerminal ? cut : note}`)
}

const words = [
  ['SUCCEEDED', 'succeeded'],
  ['FAILED', 'failed'],
  ['RUNNING', 'running'],
  ['WAITING', 'waiting'],
  ['SKIPPED', 'skipped'],
  ['CANCELED', 'canceled'],
] as const

function describeCounts({ counts, total }: Backfill): string {
  const parts = words.flatMap(([state, word]) =>
    counts[state] === 0 ? [] : [`${counts[state]} ${word}`],
  )
  return `${parts.join(', ')} of ${formatCount(total, 'time')}`
}
