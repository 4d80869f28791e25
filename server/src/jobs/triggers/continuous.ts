import type { Continuous } from '../settings-schema.ts'
import { TriggerType } from '../types.ts'
import type { Decision, TriggerKind, TriggerState } from './contract.ts'

const firstBackoffMs = 1_000
const longestBackoffMs = 10 * 60_000

/** Keeps one run going: the next starts when the last has ended, later after each failure in a row. */
export const continuousTrigger: TriggerKind<Continuous> = {
  arm: (_spec, now) => ({ nextAt: now, state: {} }),
  due: () => ({
    nextAt: null,
    fire: { type: TriggerType.Continuous, why: 'No run was active', info: {} },
  }),
}

/** Its run has ended. */
export function continuousRunEnded(
  state: TriggerState,
  ended: { readonly now: number; readonly success: boolean },
): Decision {
  if (ended.success) return { nextAt: ended.now, state: {} }
  const failures = Number(state['failures'] ?? 0) + 1
  const backoff = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (failures - 1))
  return {
    nextAt: ended.now + backoff,
    state: { failures },
    notFired: `Waits ${backoff / 1000} s after ${failures} failure(s) in a row`,
  }
}
