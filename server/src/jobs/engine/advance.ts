/**
 * Moves one run on in one transaction: takes in how attempts ended, plans until nothing more
 * follows, and hands over what is to be written. What must happen outside the database comes back as effects, for
 * after the commit; each can be done again from the state that was written.
 */
import { newIntId, type Ctx } from '../../core/index.ts'
import type { OutputRow } from '../run-reads.ts'
import { listChildRunIds, requestCancel } from '../run-store.ts'
import type { Attempt, Outcome } from '../tasks/contract.ts'
import { LifeCycle, Result, attemptIdOf, type StopReason } from '../types.ts'
import type { BatchWrites } from './batch-writes.ts'
import { beginAttempt, type Begun } from './begin.ts'
import { stoppedEnd } from './ends.ts'
import { Inputs } from './inputs.ts'
import { deadlineOf, healthAtOf, type LiveRun } from './live-run.ts'
import { plan } from './plan.ts'
import {
  findAttempt,
  takesSlot,
  withAttempt,
  type AttemptRef,
  type Change,
  type End,
  type RunState,
} from './run-state.ts'
import { RunWrites } from './run-writes.ts'

export interface Delivery {
  readonly taskRunId: number
  readonly outcome: Outcome
}

export type Effect =
  | { readonly kind: 'work'; readonly attempt: Attempt }
  | { readonly kind: 'check'; readonly attempt: Attempt }
  | { readonly kind: 'stop'; readonly taskRunId: number; readonly reason: StopReason }

export interface Advanced {
  readonly live: LiveRun
  readonly effects: readonly Effect[]
  readonly slotsTaken: number
  /** Something could start but for want of a slot. */
  readonly starved: boolean
}

export interface AdvanceInput {
  readonly deliveries: readonly Delivery[]
  readonly slots: number
  /** What the transaction writes, which takes in what this run does. */
  readonly batch: BatchWrites
}

export async function advance(tx: Ctx, live: LiveRun, input: AdvanceInput): Promise<Advanced> {
  const step = new Step(tx, live, input)
  for (const { id, end } of live.delivered) await step.deliver({ taskRunId: id, outcome: { end } })
  for (const delivery of input.deliveries) await step.deliver(delivery)
  await step.settle()
  return step.finish()
}

class Step {
  readonly #tx: Ctx
  readonly #batch: BatchWrites
  readonly #writes: RunWrites
  readonly #inputs: Inputs
  readonly #effects: Effect[] = []
  readonly #now: number
  readonly #slotsBefore: number
  #live: LiveRun
  #slots: number
  #starved = false

  constructor(tx: Ctx, live: LiveRun, { slots, batch }: AdvanceInput) {
    this.#tx = tx
    this.#batch = batch
    this.#live = { ...live, delivered: [] }
    this.#slots = slots
    this.#slotsBefore = slots
    this.#now = tx.now().getTime()
    this.#writes = new RunWrites(live, this.#now)
    this.#inputs = new Inputs(this.#findOutput)
    if (!live.run.startedAt && live.state.lifeCycle === LifeCycle.Pending) this.#begin()
  }

  #begin(): void {
    const run = { ...this.#live.run, startedAt: new Date(this.#now) }
    const { settings } = this.#live
    const state = {
      ...this.#live.state,
      deadline: deadlineOf(run),
      healthAt: healthAtOf(run, settings),
    }
    this.#live = { ...this.#live, run, state }
    this.#writes.run({ started_at: this.#now })
  }

  set #state(state: RunState) {
    this.#live = { ...this.#live, state }
  }

  get #state(): RunState {
    return this.#live.state
  }

  /** References of an attempt may be about what others have just put out. */
  readonly #findOutput = (id: number): Promise<OutputRow> => this.#writes.findOutput(this.#tx, id)

  async deliver({ taskRunId, outcome }: Delivery): Promise<void> {
    const ref = findAttempt(this.#state, taskRunId)
    // It may have been decided otherwise in the meantime: what ended stays ended.
    if (!ref || ref.attempt.phase === 'ended') return
    const { stopReason } = ref.attempt
    const stopped = stopReason !== undefined && outcome.end.result !== Result.Success
    const end = stopped ? stoppedEnd(stopReason, ref.task.timeoutMs) : outcome.end
    this.#state = withAttempt(this.#state, ref, { phase: 'ended', end })
    await this.#end(ref, end, outcome)
  }

  async settle(): Promise<void> {
    for (;;) {
      const planned = plan(this.#state, {
        now: this.#now,
        slots: this.#slots,
        newId: () => newIntId(this.#now),
      })
      this.#slots -= planned.slotsTaken
      this.#starved = planned.starved
      if (planned.changes.length === 0) return
      this.#state = planned.state
      for (const change of planned.changes) await this.#apply(change)
    }
  }

  finish(): Advanced {
    this.#writes.handTo(this.#batch)
    return {
      live: this.#live,
      effects: this.#effects,
      slotsTaken: this.#slotsBefore - this.#slots,
      starved: this.#starved,
    }
  }

  async #apply(change: Change): Promise<void> {
    switch (change.kind) {
      case 'ready':
        this.#writes.attempt(change.of, { life_cycle: LifeCycle.Pending })
        return
      case 'start':
        await this.#start(change.of)
        return
      case 'retry':
        this.#retry(change.of, change.after)
        return
      case 'iterate':
        this.#writes.insert(change.of, {})
        return
      case 'stop':
        this.#stop(change.of, change.reason)
        return
      case 'end':
        await this.#end(change.of, change.end)
        return
      case 'unhealthy':
        this.#writes.unhealthy(change.of)
        return
      case 'run':
        this.#writes.run({ life_cycle: change.lifeCycle, message: change.message })
        return
      case 'end-run':
        this.#writes.endRun(change.end)
    }
  }

  #retry(ref: AttemptRef, after: number): void {
    this.#writes.supersede(after)
    this.#writes.insert(ref, {
      life_cycle: LifeCycle.WaitingForRetry,
      not_before: ref.attempt.notBefore ?? null,
      message: `Retry ${ref.attempt.retryNumber}`,
    })
  }

  #stop(ref: AttemptRef, reason: StopReason): void {
    this.#writes.attempt(ref, { life_cycle: LifeCycle.Terminating, stop_reason: reason })
    if (takesSlot(ref.task)) {
      this.#effects.push({ kind: 'stop', taskRunId: ref.attempt.id, reason })
    }
  }

  async #start(ref: AttemptRef): Promise<void> {
    // A child may be admitted, or have to wait, by what other runs did in this transaction.
    if (ref.task.kind === 'run_job_task') await this.#batch.flush(this.#tx)
    const input = await this.#inputs.find(ref)
    const begun = await beginAttempt(this.#tx, this.#live, {
      ref,
      input,
      findOutput: this.#findOutput,
    })
    const started = { started_at: this.#now, message: '' }
    this.#writes.edge({
      kind: 'PART_OF',
      from: `attempt:${ref.attempt.id}`,
      to: `job-run:${this.#live.run.runId}`,
      data: { task_key: ref.task.key, attempt_number: ref.attempt.attemptNumber },
    })
    switch (begun.kind) {
      case 'ended':
        this.#writes.attempt(ref, started)
        if (begun.resolved) this.#writes.resolved(ref.attempt.id, begun.resolved)
        if (takesSlot(ref.task)) this.#slots += 1
        this.#state = withAttempt(this.#state, ref, { phase: 'ended', end: begun.outcome.end })
        await this.#end(ref, begun.outcome.end, begun.outcome)
        return
      case 'works':
        this.#writes.attempt(ref, { ...started, life_cycle: LifeCycle.Running })
        this.#writes.resolved(ref.attempt.id, begun.attempt.task)
        this.#effects.push({ kind: 'work', attempt: begun.attempt })
        return
      case 'waits':
        this.#wait(ref, begun)
        return
      case 'fans-out':
        this.#writes.attempt(ref, {
          ...started,
          life_cycle: LifeCycle.Running,
          input_count: begun.inputs.length,
        })
        this.#writes.resolved(ref.attempt.id, { inputs: begun.inputs })
        this.#state = withAttempt(this.#state, ref, { inputCount: begun.inputs.length })
    }
  }

  #wait(ref: AttemptRef, begun: Extract<Begun, { kind: 'waits' }>): void {
    const { key, message, human, output } = begun.wait
    this.#writes.attempt(ref, {
      started_at: this.#now,
      life_cycle: human ? LifeCycle.Blocked : LifeCycle.Running,
      message,
      wait_key: key,
    })
    this.#writes.resolved(ref.attempt.id, begun.attempt.task)
    if (output) this.#writes.output(ref.attempt.id, output)
    const waitMessages = new Map(this.#state.waitMessages).set(ref.attempt.id, message)
    this.#state = { ...withAttempt(this.#state, ref, { phase: 'waiting', human }), waitMessages }
    this.#effects.push({ kind: 'check', attempt: begun.attempt })
  }

  async #end(ref: AttemptRef, end: End, outcome?: Outcome): Promise<void> {
    this.#writes.end(ref, end)
    if (outcome) this.#record(ref, outcome)
    if (takesSlot(ref.task)) this.#writes.revokeTokens(attemptIdOf(ref.attempt.id))
    if (ref.task.kind === 'run_job_task' && end.result !== Result.Success) {
      await this.#cancelChild(ref)
    }
  }

  #record(ref: AttemptRef, outcome: Outcome): void {
    const { setupMs, executionMs, environment, output } = outcome
    this.#writes.attempt(ref, {
      ...(setupMs === undefined ? {} : { setup_ms: setupMs }),
      ...(executionMs === undefined ? {} : { execution_ms: executionMs }),
      ...(environment === undefined ? {} : { environment }),
    })
    if (output) this.#writes.output(ref.attempt.id, output)
    for (const edge of outcome.edges ?? []) this.#writes.edge(edge)
  }

  async #cancelChild(ref: AttemptRef): Promise<void> {
    // The child may have ended in this transaction.
    await this.#batch.flush(this.#tx)
    const children = await listChildRunIds(this.#tx.db, ref.attempt.id)
    await requestCancel(this.#tx.db, children, this.#tx.now())
  }
}
