/**
 * Which runs of a job would start by themselves: its own triggers, asked by a clock that runs ahead.
 * Runs are taken to last as long as the job's latest ones did in the middle, or as long as asked.
 */
import type { Ctx } from '../core/index.ts'
import { getJob } from './job-service.ts'
import { listRuns } from './run-reads.ts'
import type { JobSettings } from './settings-schema.ts'
import { wantedTriggers } from './trigger-service.ts'
import type { Decision, TriggerState } from './triggers/contract.ts'
import { triggerKind } from './triggers/trigger-kinds.ts'

export interface SimulatedRun {
  readonly at: number
  readonly outcome: 'runs' | 'queues' | 'skips' | 'paused'
  readonly why: string
  /** When it would really begin, when it waits in the queue. */
  readonly startsAt: number | undefined
  /** Runs that would be active already. */
  readonly active: number
}

export interface Simulation {
  readonly durationMs: number
  /** How many of the job's runs the duration is known from; 0 when it was given or is a guess. */
  readonly measuredFrom: number
  readonly maxConcurrentRuns: number
  readonly runs: readonly SimulatedRun[]
  /** What nobody can foretell: triggers that wait for something to happen. */
  readonly unforeseeable: readonly string[]
  /** There would be more, but this many are shown. */
  readonly truncated: boolean
}

export interface SimulateInput {
  readonly jobId: number
  readonly from: number
  readonly to: number
  /** How long each run is taken to last; as long as the latest ones when absent. */
  readonly durationMs?: number | undefined
}

const mostRuns = 5000
const runsLookedAt = 20

export async function simulateJob(ctx: Ctx, input: SimulateInput): Promise<Simulation> {
  const { settings } = await getJob(ctx, input.jobId)
  const usual = await usualDuration(ctx, input.jobId)
  const { durationMs = usual.ms } = input
  const wanted = wantedTriggers(settings)
  const fires = wanted
    .flatMap((trigger) => firesOf(trigger, input))
    .sort((a, b) => a.at - b.at)
    .slice(0, mostRuns + 1)
  return {
    durationMs,
    measuredFrom: input.durationMs === undefined ? usual.of : 0,
    maxConcurrentRuns: settings.max_concurrent_runs ?? 1,
    runs: admit(fires.slice(0, mostRuns), settings, durationMs),
    unforeseeable: wanted.filter((trigger) => waits(trigger, input.from)).map(({ kind }) => kind),
    truncated: fires.length > mostRuns,
  }
}

/** Whether it asks for no time of its own. */
function waits({ kind, spec }: ReturnType<typeof wantedTriggers>[number], now: number): boolean {
  const { nextAt } = triggerKind(kind).arm(spec, now)
  return nextAt === undefined || nextAt === null
}

interface Fire {
  readonly at: number
  readonly why: string
  readonly paused: boolean
}

function firesOf(
  trigger: ReturnType<typeof wantedTriggers>[number],
  window: Pick<SimulateInput, 'from' | 'to'>,
): Fire[] {
  const kind = triggerKind(trigger.kind)
  const fires: Fire[] = []
  let decision: Decision = kind.arm(trigger.spec, window.from)
  let state: TriggerState = {}
  while (fires.length <= mostRuns) {
    state = decision.state ?? state
    const { nextAt: at } = decision
    if (at === undefined || at === null || at >= window.to || !kind.due) break
    decision = kind.due(trigger.spec, state, { now: at, dueAt: at })
    if (decision.fire) fires.push({ at, why: decision.fire.why, paused: trigger.paused })
  }
  return fires
}

/** What becomes of each, with the limits of the job. */
function admit(fires: readonly Fire[], settings: JobSettings, durationMs: number): SimulatedRun[] {
  const most = settings.max_concurrent_runs ?? 1
  const mayQueue = (settings.queue?.enabled ?? false) && most > 0
  const ends: number[] = []
  return fires.map(({ at, why, paused }) => {
    const running = ends.filter((end) => end > at).sort((a, b) => a - b)
    const active = running.length
    if (paused) return { at, outcome: 'paused', why: `Paused: ${why}`, startsAt: undefined, active }
    if (running.length < most) {
      ends.push(at + durationMs)
      return { at, outcome: 'runs', why, startsAt: at, active }
    }
    const full = `${why}; ${running.length} of ${most} concurrent runs would be active`
    const startsAt = running[running.length - most]
    if (!mayQueue || startsAt === undefined) {
      return { at, outcome: 'skips', why: full, startsAt: undefined, active }
    }
    ends.push(startsAt + durationMs)
    return { at, outcome: 'queues', why: full, startsAt, active }
  })
}

async function usualDuration(
  ctx: Ctx,
  jobId: number,
): Promise<{ readonly ms: number; readonly of: number }> {
  const { runs } = await listRuns(ctx.db, { jobId, limit: runsLookedAt })
  const took = runs
    .flatMap(({ startedAt, endedAt }) =>
      startedAt && endedAt ? [endedAt.getTime() - startedAt.getTime()] : [],
    )
    .sort((a, b) => a - b)
  return { ms: took[Math.floor(took.length / 2)] ?? 0, of: took.length }
}
