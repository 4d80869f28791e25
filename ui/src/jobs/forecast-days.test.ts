import { expect, test } from 'vitest'
import { forecastDays, outcomeOf } from './forecast-days.ts'
import type { ForecastRun } from './use-forecast.ts'

const run = (at: string, outcome: ForecastRun['outcome'] = 'runs'): ForecastRun => ({
  at: Date.parse(at),
  outcome,
  why: 'Scheduled',
})

test('puts runs into the hours of the zone’s wall clock, across the change to summer time', () => {
  const window = {
    from: Date.parse('2026-03-28T00:00:00Z'),
    to: Date.parse('2026-03-31T00:00:00Z'),
    timeZone: 'Europe/Berlin',
  }
  const found = forecastDays([run('2026-03-28T06:30:00Z'), run('2026-03-29T06:30:00Z')], window)
  expect(found.map(({ date }) => date)).toEqual([
    '2026-03-28',
    '2026-03-29',
    '2026-03-30',
    '2026-03-31',
  ])
  const hours = found.map((day) => day.hours.findIndex((runs) => runs.length > 0))
  expect(hours).toEqual([7, 8, -1, -1])
})

test('colours an hour by the gravest that happens in it', () => {
  const both = [run('2026-01-01T00:00:00Z'), run('2026-01-01T00:10:00Z', 'skips')]
  expect(outcomeOf(both)).toBe('skips')
  expect(outcomeOf([])).toBeUndefined()
})
