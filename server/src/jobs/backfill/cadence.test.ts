import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timesOf } from './cadence.ts'

const day = 86_400_000

test('a periodic cadence has every time of its phase in the range, and no other', () => {
  const ms = fc.integer({ min: 0, max: 4 * 10 ** 12 })
  const range = fc.record({ from: ms, length: fc.integer({ min: 1, max: 40 * day }) })
  fc.assert(
    fc.property(range, fc.integer({ min: 1, max: 50 }), ms, ({ from, length }, interval, phase) => {
      const step = interval * 3_600_000
      const times = timesOf({ interval, unit: 'HOURS' }, { from, to: from + length }, phase)
      const first = times[0] ?? from + length
      expect(first - from).toBeLessThan(Math.max(step, length + 1))
      for (const [n, at] of times.entries()) {
        expect(Math.abs(at - phase) % step).toBe(0)
        expect(at).toBe(first + n * step)
        expect(at >= from && at < from + length).toBe(true)
      }
      expect((times.at(-1) ?? from) + step).toBeGreaterThanOrEqual(
        times.length > 0 ? from + length : 0,
      )
    }),
  )
})

test('a range that is cut in two has the times of both parts', () => {
  const cron = { quartz_cron_expression: '0 30 2 * * ?', timezone_id: 'Europe/Amsterdam' }
  // Over the night in March that has no half past two.
  const start = Date.UTC(2026, 2, 20)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 * day - 1 }), (cut) => {
      const whole = timesOf(cron, { from: start, to: start + 20 * day })
      const parts = [
        ...timesOf(cron, { from: start, to: start + cut }),
        ...timesOf(cron, { from: start + cut, to: start + 20 * day }),
      ]
      expect(parts).toEqual(whole)
      expect(whole.length).toBeGreaterThan(18)
    }),
    { numRuns: 30 },
  )
})
