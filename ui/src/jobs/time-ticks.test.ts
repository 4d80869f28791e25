import { expect, it } from 'vitest'
import { timeTicks } from './time-ticks.ts'

it.each([
  [7, [0, 2, 4, 6]],
  [4200, [0, 1000, 2000, 3000]],
  [95_000, [0, 30_000, 60_000]],
  [3_600_000, [0, 600_000, 1_200_000, 1_800_000, 2_400_000, 3_000_000]],
])('cuts %i ms at %j', (length, ticks) => {
  expect(timeTicks(length)).toEqual(ticks)
})

it('has few ticks, however long it is', () => {
  expect(timeTicks(90 * 86_400_000).length).toBeLessThanOrEqual(7)
})
