import { expect, it } from 'vitest'
import { describeSchedule } from './describe-schedule.ts'

it.each([
  ['0 0 23 ? * FRI', 'Every Friday at 23:00, Europe/Berlin'],
  ['0 30 6 * * ?', 'Every day at 06:30, Europe/Berlin'],
  ['0 0 9 ? * MON-FRI', 'Every weekday at 09:00, Europe/Berlin'],
  ['0 0 9 ? * MON,THU', 'Every Monday, Thursday at 09:00, Europe/Berlin'],
  ['0 0/15 * * * ?', 'Every 15 minutes, Europe/Berlin'],
  ['0 5 * * * ?', 'Every hour at minute 5, Europe/Berlin'],
  ['0 0 1 L * ?', 'The last day of every month at 01:00, Europe/Berlin'],
  ['0 0 8 ? * 6#3', '0 0 8 ? * 6#3 (Europe/Berlin)'],
])('says %s as %s', (expression, words) => {
  const schedule = { quartz_cron_expression: expression, timezone_id: 'Europe/Berlin' }
  expect(describeSchedule(schedule)).toBe(words)
})
