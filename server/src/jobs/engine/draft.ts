import type { LifeCycle, StopReason } from '../types.ts'
import {
  takesSlot,
  type AttemptRef,
  type AttemptState,
  type Change,
  type End,
  type RunState,
} from './run-state.ts'

export interface PlanInput {
  readonly now: number
  /** How many more attempts may run on this server. */
  readonly slots: number
  readonly newId: () => number
}

export interface Plan {
  readonly state: RunState
  readonly changes: readonly Change[]
  /** Slots that the changes take. */
  readonly slotsTaken: number
  /** Something may start but for want of a slot. */
  readonly starved: boolean
}

/** The state while it is being decided, and what was decided so far. */
export class Draft {
  readonly tasks: AttemptState[]
  readonly iterations: Map<number, readonly AttemptState[]>
  readonly input: PlanInput
  readonly changes: Change[] = []
  slots: number
  starved = false
  readonly #before: RunState
  #lifeCycle: LifeCycle
  #message: string
  #healthAt: number | undefined

  constructor(state: RunState, input: PlanInput) {
    this.#before = state
    this.input = input
    this.tasks = [...state.tasks]
    this.iterations = new Map(state.iterations)
    this.slots = input.slots
    this.#lifeCycle = state.lifeCycle
    this.#message = state.message
    this.#healthAt = state.healthAt
  }

  get state(): RunState {
    return this.#before
  }

  get lifeCycle(): LifeCycle {
    return this.#lifeCycle
  }

  put(ref: AttemptRef, next: Partial<AttemptState>): AttemptRef {
    const attempt = { ...ref.attempt, ...next }
    if (ref.parentId === undefined) this.tasks[ref.task.index] = attempt
    else {
      const list = [...(this.iterations.get(ref.parentId) ?? [])]
      list[attempt.iteration ?? list.length] = attempt
      this.iterations.set(ref.parentId, list)
    }
    return { ...ref, attempt }
  }

  end(ref: AttemptRef, end: End): void {
    this.changes.push({ kind: 'end', of: this.put(ref, { phase: 'ended', end }), end })
  }

  stop(ref: AttemptRef, reason: StopReason): void {
    const of = this.put(ref, { phase: 'stopping', stopReason: reason })
    this.changes.push({ kind: 'stop', of, reason })
  }

  /** Starts it if it needs no slot or there is one. */
  tryStart(ref: AttemptRef): boolean {
    if (takesSlot(ref.task)) {
      if (this.slots <= 0) {
        this.starved = true
        return false
      }
      this.slots -= 1
    }
    const of = this.put(ref, { phase: 'running', startedAt: this.input.now })
    this.changes.push({ kind: 'start', of })
    return true
  }

  unhealthy(ref: AttemptRef): void {
    this.changes.push({ kind: 'unhealthy', of: this.put(ref, { unhealthy: true }) })
  }

  runUnhealthy(): void {
    this.#healthAt = undefined
    this.changes.push({ kind: 'unhealthy', of: undefined })
  }

  setRun(lifeCycle: LifeCycle, message: string): void {
    if (lifeCycle === this.#lifeCycle && message === this.#message) return
    this.#lifeCycle = lifeCycle
    this.#message = message
    this.changes.push({ kind: 'run', lifeCycle, message })
  }

  endRun(end: End): void {
    this.#lifeCycle = end.lifeCycle
    this.#message = end.message
    this.changes.push({ kind: 'end-run', end })
  }

  finish(): Plan {
    return {
      state: {
        ...this.#before,
        tasks: this.tasks,
        iterations: this.iterations,
        lifeCycle: this.#lifeCycle,
        message: this.#message,
        healthAt: this.#healthAt,
      },
      changes: this.changes,
      slotsTaken: this.input.slots - this.slots,
      starved: this.starved,
    }
  }
}
