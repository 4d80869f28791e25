import { expect, it } from 'vitest'
import { describeTrigger } from './describe-trigger.ts'

it.each([
  [{ table_update: { table_names: ['main.a', 'main.b'] } }, 'When main.a, main.b changes'],
  [{ alert: { monitor_names: ['drift'] } }, 'When drift alerts'],
  [
    { model: { condition: 'MODEL_VERSION_READY', securable_name: 'churn' } },
    'When a version of churn is ready',
  ],
  [{ periodic: { interval: 2, unit: 'HOURS' } }, 'Every 2 hours'],
  [{ periodic: { interval: 1, unit: 'DAYS' } }, 'Every day'],
  [{ pause_status: 'PAUSED' }, 'Only when someone starts it'],
])('says %j as "%s"', (trigger, words) => {
  expect(describeTrigger({ trigger })).toBe(words)
})
