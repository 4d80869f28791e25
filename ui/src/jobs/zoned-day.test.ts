import { expect, test } from 'vitest'
import { dayOf, startOfDay } from './zoned-day.ts'

test.each([
  ['2026-01-15', 'UTC', 0, '2026-01-15T00:00:00.000Z'],
  ['2026-03-29', 'Europe/Berlin', 0, '2026-03-28T23:00:00.000Z'],
  ['2026-03-29', 'Europe/Berlin', 1, '2026-03-29T22:00:00.000Z'],
  ['2026-11-01', 'America/New_York', 1, '2026-11-02T05:00:00.000Z'],
  ['2026-06-01', 'Asia/Kolkata', 0, '2026-05-31T18:30:00.000Z'],
])('begins %s in %s, %i days later', (date, ...[zone, days, instant]) => {
  expect(new Date(startOfDay(date, zone, days)).toISOString()).toBe(instant)
})

test('names the day of an instant where the job lives', () => {
  expect(dayOf(Date.parse('2026-03-28T23:30:00Z'), 'Europe/Berlin')).toBe('2026-03-29')
})
