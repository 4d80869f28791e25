import { expect, it } from 'vitest'
import { describeSchedule } from './describe-schedule.ts'

it.each([
  ['0 0 23 ? * FRI', 'Every Friday at 23:00'],
  ['0 30 6 * * ?', 'Every day at 06:30'],
  ['0 0 9 ? * MON-FRI', 'Every weekday at 09:00'],
  ['0 0 9 ? * MON,THU', 'Every Monday and Thursday at 09:00'],
  ['0 0 8,12,18 * * ?', 'Every day at 08:00, 12:00 and 18:00'],
  ['0 * * * * ?', 'Every minute'],
  ['*/10 * * * * ?', 'Every 10 seconds'],
  ['0 0/15 * * * ?', 'Every 15 minutes'],
  ['0 0/15 9-17 ? * MON-FRI', 'Every 15 minutes from 09:00 to 17:59, every weekday'],
  ['0 5 * * * ?', 'Every hour at minute 5'],
  ['0 0 0/6 * * ?', 'Every 6 hours at minute 0'],
  ['0 0 1 L * ?', 'The last day of every month at 01:00'],
  ['0 0 1 LW * ?', 'The last weekday of every month at 01:00'],
  ['0 0 1 15W * ?', 'The weekday nearest the 15th of every month at 01:00'],
  ['0 0 1 1,22 * ?', 'The 1st and 22nd of every month at 01:00'],
  ['0 0 1 1 1,7 ?', 'The 1st of January and July at 01:00'],
  ['0 0 8 ? * 6#3', 'The third Friday of every month at 08:00'],
  ['0 0 8 ? * 6L', 'The last Friday of every month at 08:00'],
  ['0 0 8 ? JUN-AUG SUN 2027', 'Every Sunday in June to August in 2027 at 08:00'],
])('says %s as %s', (expression, words) => {
  const schedule = { quartz_cron_expression: expression, timezone_id: 'Europe/Berlin' }
  expect(describeSchedule(schedule)).toBe(`${words}, Europe/Berlin`)
})

it.each(['0 0 1 L-3 * ?', '5,7 0 1 * * ?', '0 1,2 3-4 * * ?'])(
  'leaves %s as it is',
  (expression) => {
    const schedule = { quartz_cron_expression: expression, timezone_id: 'UTC' }
    expect(describeSchedule(schedule)).toBe(`${expression} (UTC)`)
  },
)
