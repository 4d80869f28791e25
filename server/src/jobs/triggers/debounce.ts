/** Groups what happens in a short time into one run; shared by every trigger that listens. */
import type { TriggerType } from '../types.ts'
import type { Decision, TriggerState } from './contract.ts'

export interface DebounceSpec {
  readonly min_time_between_triggers_seconds?: number
  readonly wait_after_last_change_seconds?: number
}

interface DebounceState {
  readonly pending: Readonly<Record<string, unknown>> | undefined
  readonly changedAt: number
  readonly firedAt: number
}

function read(state: TriggerState): DebounceState {
  return {
    pending: state['pending'] as DebounceState['pending'],
    changedAt: Number(state['changed_at'] ?? 0),
    firedAt: Number(state['fired_at'] ?? 0),
  }
}

/** What has happened since the last run. */
export function pendingOf(state: TriggerState): Readonly<Record<string, unknown>> {
  return read(state).pending ?? {}
}

export interface Firing {
  readonly type: TriggerType
  readonly why: string
}

/** Something happened: `pending` is all of it. Fires at once or when it has been quiet long enough. */
export function debounce(
  spec: DebounceSpec,
  state: TriggerState,
  change: { readonly now: number; readonly pending: Readonly<Record<string, unknown>> } & Firing,
): Decision {
  const next = { ...state, pending: change.pending, changed_at: change.now }
  return fireOrWait(spec, next, change)
}

/** The quiet time is over, or the shortest time between two runs. */
export function debounced(
  spec: DebounceSpec,
  state: TriggerState,
  at: { readonly now: number } & Firing,
): Decision {
  if (read(state).pending === undefined) return { nextAt: null }
  return fireOrWait(spec, state, at)
}

function fireOrWait(
  spec: DebounceSpec,
  state: TriggerState,
  at: { readonly now: number } & Firing,
): Decision {
  const { pending, changedAt, firedAt } = read(state)
  const quietAt = changedAt + (spec.wait_after_last_change_seconds ?? 0) * 1000
  const allowedAt = firedAt + (spec.min_time_between_triggers_seconds ?? 0) * 1000
  const readyAt = Math.max(quietAt, allowedAt)
  if (readyAt > at.now) {
    const reason =
      quietAt >= allowedAt
        ? `waits ${spec.wait_after_last_change_seconds} s after the last change`
        : `at most one run in ${spec.min_time_between_triggers_seconds} s`
    return { state, nextAt: readyAt, notFired: `Not yet: ${reason}` }
  }
  const { pending: _fired, ...rest } = state
  return {
    state: { ...rest, fired_at: at.now },
    nextAt: null,
    fire: { type: at.type, why: at.why, info: pending ?? {} },
  }
}
