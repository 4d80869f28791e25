import type { QuartzSchedule } from '../settings-schema.ts'
import { nextFire } from './next-fire.ts'
import { parseQuartz } from './quartz.ts'
import { checkZone } from './zone.ts'
import { zoneOffsets } from './zone-offsets.ts'

/** The instants (epoch ms) at which a schedule fires after `fromMs`, up to `count` of them. */
export function fireTimes(
  schedule: Pick<QuartzSchedule, 'quartz_cron_expression' | 'timezone_id'>,
  window: { readonly fromMs: number; readonly count: number },
): number[] {
  const expression = parseQuartz(schedule.quartz_cron_expression)
  const zone = zoneOffsets(checkZone(schedule.timezone_id))
  const times: number[] = []
  let after = window.fromMs
  while (times.length < window.count) {
    const next = nextFire(expression, zone, after)
    if (next === undefined) break
    times.push(next)
    after = next
  }
  return times
}
