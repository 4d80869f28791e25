import { expect, test } from 'vitest'
import { formatDuration, formatTable } from './output.ts'

test('aligns numbers right and text left', () => {
  expect(
    formatTable(
      ['NAME', 'ROWS'],
      [
        ['a', '10'],
        ['long', '9'],
      ],
      80,
    ),
  ).toEqual(['NAME  ROWS', 'a       10', 'long     9'])
})

test('cuts the widest column so that a line fits', () => {
  const [, row] = formatTable(['A', 'B'], [['x'.repeat(200), 'kept']], 40)
  expect(row).toHaveLength(40)
  expect(row).toMatch(/x…  kept$/)
})

test('says durations as people do', () => {
  expect([900, 61_000].map(formatDuration)).toEqual(['0.9 s', '1 min 01 s'])
})
