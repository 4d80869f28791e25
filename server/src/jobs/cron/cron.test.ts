import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextFire } from './next-fire.ts'
import { parseQuartz } from './quartz.ts'
import { fireTimes } from './simulate.ts'
import { checkZone } from './zone.ts'
import { zoneOffsets } from './zone-offsets.ts'

// Random expressions, half of them around changes of daylight saving, as Quartz 2.5.2 itself
// answered them: zone, instant, expression, the next six fire times ('-' for never again).
// Made by the program in tests/jobs/quartz.
const packed = new URL('../../../../tests/jobs/quartz/answers-2.5.2.tsv.gz', import.meta.url)
const answers = gunzipSync(readFileSync(packed)).toString('utf8')

test('fires when Quartz itself does, over random expressions, zones and clock changes', () => {
  const lines = answers.split('\n').filter((line) => line !== '')
  expect(lines.length).toBeGreaterThan(5000)
  for (const line of lines) {
    const [zone = '', from = '', expression = '', times = ''] = line.split('\t')
    const found = fireTimes(
      { quartz_cron_expression: expression, timezone_id: zone },
      { fromMs: Number(from), count: 6 },
    )
    const shown = [...found.map(String), ...(found.length < 6 ? ['-'] : [])].join(' ')
    expect(`${line}`).toBe(`${zone}\t${from}\t${expression}\t${shown}`)
    expect(times).toBe(shown)
  }
})

test('runs every Friday at eleven at night in its own time zone', () => {
  const times = fireTimes(
    { quartz_cron_expression: '0 0 23 ? * FRI', timezone_id: 'Europe/Amsterdam' },
    { fromMs: Date.parse('2026-10-20T00:00:00Z'), count: 2 },
  )
  expect(times.map((time) => new Date(time).toISOString())).toEqual([
    '2026-10-23T21:00:00.000Z',
    '2026-10-30T22:00:00.000Z',
  ])
})

test('moves a time that daylight saving skips, and counts an hour that comes twice once', () => {
  const iso = (expression: string, from: string, count: number) =>
    fireTimes(
      { quartz_cron_expression: expression, timezone_id: 'Europe/Amsterdam' },
      { fromMs: Date.parse(from), count },
    ).map((time) => new Date(time).toISOString())
  expect(iso('0 30 2 * * ?', '2026-03-28T12:00:00Z', 2)).toEqual([
    '2026-03-30T00:30:00.000Z',
    '2026-03-31T00:30:00.000Z',
  ])
  expect(iso('0 30 2 * * ?', '2026-10-24T12:00:00Z', 2)).toEqual([
    '2026-10-25T01:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ])
})

describe('refuses', () => {
  test.each([
    ['0 0 12 * *', 11, 'expected 6 or 7 fields'],
    ['0 0 12 * * ? 2026 x', 19, 'expected 6 or 7 fields'],
    ['0 61 12 * * ?', 3, 'minute must be 0-59, found 61'],
    ['0 0 12 1 * MON', 12, "one of day of month and day of week must be '?'"],
    ['0 0 12 ? * ?', 12, 'not for both'],
    ['0 0 12 * FOO ?', 10, 'month must be 1-12 or JAN-DEC, found FOO'],
    ['0 0 12 ? * MON#6', 16, "a number from 1 to 5 must follow '#'"],
    ['0 0 12 ? * MON-FRI/2', 20, 'a step needs numbers before it'],
    ['0 0/0 12 * * ?', 5, 'a step must be at least 1'],
    ['0 0 12,, * * ?', 8, 'an empty item'],
  ])('%s, naming position %i', (expression, position, problem) => {
    expect(() => parseQuartz(expression)).toThrow(`at position ${position}: `)
    expect(() => parseQuartz(expression)).toThrow(problem)
  })

  test('a time zone that nobody knows', () => {
    expect(() => checkZone('Mars/Olympus')).toThrow("Unknown timezone_id 'Mars/Olympus'")
    expect(checkZone('CST')).toBe('America/Chicago')
  })
})

const number = (min: number, max: number) => fc.integer({ min, max }).map(String)
const field = (min: number, max: number) =>
  fc.oneof(
    fc.constant('*'),
    number(min, max),
    fc.tuple(number(min, max), number(1, Math.floor((max - min) / 2) + 1)).map((p) => p.join('/')),
    fc.uniqueArray(number(min, max), { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
  )
const expressions = fc
  .tuple(number(0, 59), field(0, 59), field(0, 23), field(1, 12), field(1, 7))
  .map(([s, m, h, month, dow]) => `${s} ${m} ${h} ? ${month} ${dow}`)
const zones = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata')
const instants = fc.integer({
  min: Date.parse('2020-01-01T00:00:00Z'),
  max: Date.parse('2035-01-01T00:00:00Z'),
})

test('always fires later, at a wall time that the expression allows, and in the same order', () => {
  fc.assert(
    fc.property(expressions, zones, instants, (text, zoneName, after) => {
      const expression = parseQuartz(text)
      const zone = zoneOffsets(zoneName)
      const next = nextFire(expression, zone, after) ?? Infinity
      expect(next).toBeGreaterThan(after)
      const wall = new Date(next + zone.at(next))
      expect(expression.seconds).toContain(wall.getUTCSeconds())
      expect(expression.minutes).toContain(wall.getUTCMinutes())
      expect(expression.hours).toContain(wall.getUTCHours())
      expect(expression.months).toContain(wall.getUTCMonth() + 1)
      expect(expression.day).toMatchObject({ days: expect.arrayContaining([wall.getUTCDay() + 1]) })
      const between = after + Math.floor((next - after) / 2)
      // Asked from a moment in between, nothing earlier is found.
      expect(nextFire(expression, zone, between)).toBeGreaterThanOrEqual(Math.min(next, between))
    }),
    { numRuns: 300 },
  )
})
