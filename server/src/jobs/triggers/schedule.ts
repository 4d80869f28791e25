import { nextFire } from '../cron/next-fire.ts'
import { parseQuartz } from '../cron/quartz.ts'
import { checkZone } from '../cron/zone.ts'
import { zoneOffsets } from '../cron/zone-offsets.ts'
import type { QuartzSchedule } from '../settings-schema.ts'
import { TriggerType } from '../types.ts'
import type { TriggerKind } from './contract.ts'

/** A fire time that was missed for longer, because the server did not run, is let go. */
export const graceMs = 10 * 60_000

/** Runs at the times of a Quartz expression in a time zone. */
export const scheduleTrigger: TriggerKind<QuartzSchedule> = {
  arm: (spec, now) => ({ nextAt: next(spec, now) }),
  due: (spec, _state, { now, dueAt }) => {
    const nextAt = next(spec, now)
    const at = new Date(dueAt).toISOString()
    if (now - dueAt > graceMs) {
      return { nextAt, notFired: `The server did not run at ${at}, when the schedule fired` }
    }
    return {
      nextAt,
      fire: {
        type: TriggerType.Periodic,
        why: `Scheduled for ${at} (${spec.quartz_cron_expression}, ${spec.timezone_id})`,
        info: { scheduled_at: dueAt },
        logicalAt: new Date(dueAt),
      },
    }
  },
}

function next(spec: QuartzSchedule, after: number): number | null {
  const expression = parseQuartz(spec.quartz_cron_expression)
  return nextFire(expression, zoneOffsets(checkZone(spec.timezone_id)), after) ?? null
}
