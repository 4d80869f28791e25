/**
 * Triggers of jobs: kept in step with the settings, looked at when their time comes or an event of
 * another room concerns them. A decision, the run that it starts and the note that says why (or why
 * not) are one transaction, so that nothing fires twice and "why did it not run" has an answer.
 */
import { AppError, type Ctx } from '../core/index.ts'
import type { ForeignEvent } from './foreign-events.ts'
import { findJob, type Job } from './job-store.ts'
import { runNow } from './run-service.ts'
import { countRunning, findRun } from './run-store.ts'
import type { JobSettings } from './settings-schema.ts'
import type { JobTriggerTable } from './tables.ts'
import { insertTriggerEntry } from './trigger-note-store.ts'
import {
  claimDue,
  deleteTriggers,
  insertTrigger,
  listTriggersOfJob,
  listTriggersOfKind,
  updateTrigger,
  type JobTrigger,
  type TriggerColumns,
  type TriggerNote,
} from './trigger-store.ts'
import { continuousRunEnded } from './triggers/continuous.ts'
import type { Decision } from './triggers/contract.ts'
import { triggerFieldsOf } from './triggers/check.ts'
import { triggerKind, triggerKinds, type TriggerName } from './triggers/trigger-kinds.ts'
import { LifeCycle, Result } from './types.ts'

interface WantedTrigger {
  readonly kind: TriggerName
  readonly spec: unknown
  readonly paused: boolean
}

/** What the settings say about when the job starts by itself. */
export function wantedTriggers(settings: JobSettings): WantedTrigger[] {
  const { schedule, continuous, trigger } = settings
  const paused = (of: { readonly pause_status?: string }) => of.pause_status === 'PAUSED'
  if (schedule) return [{ kind: 'schedule', spec: schedule, paused: paused(schedule) }]
  if (continuous) return [{ kind: 'continuous', spec: continuous, paused: paused(continuous) }]
  if (!trigger) return []
  return triggerFieldsOf(trigger).map((kind) => ({
    kind,
    spec: trigger[kind],
    paused: paused(trigger),
  }))
}

/** Makes the triggers of a job those of its settings; what has not changed keeps its state. */
export async function syncTriggers(tx: Ctx, job: Job): Promise<void> {
  const wanted = wantedTriggers(job.settings)
  const present = await listTriggersOfJob(tx.db, job.jobId)
  if (JSON.stringify(wanted) === JSON.stringify(present.map(asWanted))) return
  await deleteTriggers(tx.db, job.jobId)
  for (const [position, trigger] of wanted.entries()) {
    await insertTrigger(tx.db, newRow(tx, { jobId: job.jobId, position, trigger }))
  }
}

function asWanted(trigger: JobTrigger): WantedTrigger {
  const { spec, paused } = trigger
  return { kind: trigger.kind as TriggerName, spec, paused }
}

function newRow(
  tx: Ctx,
  of: { readonly jobId: number; readonly position: number; readonly trigger: WantedTrigger },
): JobTriggerTable {
  const now = tx.now().getTime()
  const { kind, spec, paused } = of.trigger
  const armed = paused ? {} : triggerKind(kind).arm(spec, now)
  const pausedNote: TriggerNote = { timestamp: now, description: 'Paused: it starts no run' }
  return {
    job_id: of.jobId,
    position: of.position,
    kind,
    spec: JSON.stringify(spec),
    paused: paused ? 1 : 0,
    next_at: armed.nextAt ?? null,
    state: JSON.stringify(armed.state ?? {}),
    last_triggered: null,
    last_not_triggered: paused ? JSON.stringify(pausedNote) : null,
    last_failed: null,
  }
}

/** Looks at every trigger whose time has come; answers how many there were. */
export async function runDueTriggers(tx: Ctx): Promise<number> {
  const due = await claimDue(tx)
  const now = tx.now().getTime()
  for (const trigger of due) {
    const kind = triggerKind(trigger.kind)
    const decision = kind.due?.(trigger.spec, trigger.state, { now, dueAt: trigger.nextAt ?? now })
    await applyDecision(tx, trigger, decision ?? { nextAt: null })
  }
  return due.length
}

/** Tells an event of another room to every trigger that listens to such events. */
export async function tellTriggers(tx: Ctx, event: ForeignEvent): Promise<void> {
  const listening = Object.entries(triggerKinds).flatMap(([name, kind]) =>
    'events' in kind && (kind.events as readonly string[]).includes(event.type) ? [name] : [],
  )
  const now = tx.now().getTime()
  for (const trigger of await listTriggersOfKind(tx.db, listening)) {
    const happened = triggerKind(trigger.kind).happened
    const decision = happened?.(trigger.spec, trigger.state, { now, event })
    if (!decision) continue
    await applyDecision(tx, trigger, trigger.paused ? pausedInstead(decision) : decision)
  }
}

function pausedInstead(decision: Decision): Decision {
  const what = decision.fire?.why ?? decision.notFired ?? 'It would have fired'
  return { notFired: `Paused: ${what}` }
}

/** Writes a decision about a trigger, and starts its run. */
export async function applyDecision(
  tx: Ctx,
  trigger: JobTrigger,
  decision: Decision,
): Promise<void> {
  const columns: TriggerColumns = {
    ...(decision.nextAt === undefined ? {} : { next_at: decision.nextAt }),
    ...(decision.state === undefined ? {} : { state: JSON.stringify(decision.state) }),
  }
  if (decision.notFired !== undefined) {
    columns.last_not_triggered = note(tx, decision.notFired)
  }
  const started = decision.fire ? await startRun(tx, trigger, decision.fire) : {}
  const written = { ...columns, ...started }
  await updateTrigger(tx.db, trigger, written)
  await keepHistory(tx, trigger, written)
}

const outcomes = [
  ['last_triggered', 'fired'],
  ['last_not_triggered', 'not_fired'],
  ['last_failed', 'failed'],
] as const

async function keepHistory(tx: Ctx, trigger: JobTrigger, written: TriggerColumns): Promise<void> {
  for (const [column, outcome] of outcomes) {
    const text = written[column]
    if (typeof text !== 'string') continue
    const { description, run_id: runId } = JSON.parse(text) as TriggerNote
    const { jobId, kind } = trigger
    await insertTriggerEntry(tx, { jobId, kind, outcome, description, runId })
  }
}

async function startRun(
  tx: Ctx,
  trigger: JobTrigger,
  fire: NonNullable<Decision['fire']>,
): Promise<TriggerColumns> {
  const job = await findJob(tx.db, trigger.jobId)
  if (!job) return { next_at: null }
  if (trigger.kind === 'continuous' && (await countRunning(tx.db, job.jobId)) > 0) {
    return { last_not_triggered: note(tx, 'A run of the job is active already') }
  }
  try {
    const acting = {
      ...tx,
      principal: { name: job.creator, kind: 'user', isOwner: false } as const,
    }
    const { runId } = await runNow(acting, {
      jobId: trigger.jobId,
      trigger: fire.type,
      triggerInfo: fire.info,
      logicalAt: fire.logicalAt,
    })
    const run = await findRun(tx.db, runId)
    if (run?.lifeCycle === LifeCycle.Skipped) {
      return { last_not_triggered: note(tx, `${fire.why}. ${run.message}`, runId) }
    }
    return { last_triggered: note(tx, fire.why, runId) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { last_failed: note(tx, `${fire.why}, but: ${error.message}`) }
  }
}

function note(tx: Ctx, description: string, runId?: number): string {
  const written: TriggerNote = {
    timestamp: tx.now().getTime(),
    description,
    ...(runId === undefined ? {} : { run_id: runId }),
  }
  return JSON.stringify(written)
}

/** A continuous job's run has ended: when the next one starts. */
export async function continueJob(tx: Ctx, jobId: number, result: Result): Promise<void> {
  for (const trigger of await listTriggersOfJob(tx.db, jobId)) {
    if (trigger.kind !== 'continuous' || trigger.paused) continue
    const success = result === Result.Success || result === Result.SuccessWithFailures
    const ended = { now: tx.now().getTime(), success }
    await applyDecision(tx, trigger, continuousRunEnded(trigger.state, ended))
  }
}
