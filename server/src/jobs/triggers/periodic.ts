import { TriggerType } from '../types.ts'
import type { TriggerKind } from './contract.ts'
import { graceMs } from './schedule.ts'
import type { Periodic } from './schemas.ts'

const unitMs: Readonly<Record<Periodic['unit'], number>> = {
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
  WEEKS: 7 * 86_400_000,
}

/** Runs once in every interval, counted from when the trigger was set. */
export const periodicTrigger: TriggerKind<Periodic> = {
  arm: (spec, now) => ({ nextAt: now + intervalOf(spec) }),
  due: (spec, _state, { now, dueAt }) => {
    const interval = intervalOf(spec)
    const missed = Math.floor((now - dueAt) / interval)
    const nextAt = dueAt + (missed + 1) * interval
    const at = new Date(dueAt).toISOString()
    if (now - dueAt > graceMs) return { nextAt, notFired: `The server did not run at ${at}` }
    return {
      nextAt,
      fire: {
        type: TriggerType.Periodic,
        why: `Every ${spec.interval} ${spec.unit.toLowerCase()}, due at ${at}`,
        info: { scheduled_at: dueAt },
        logicalAt: new Date(dueAt),
      },
    }
  },
}

export function intervalOf({ interval, unit }: Periodic): number {
  return interval * unitMs[unit]
}
