import { expect, test } from 'vitest'
import { parseAge } from './gc.ts'

test.each([
  ['30d', 2_592_000],
  ['8h', 28_800],
  ['2d8h5m20s', 201_920],
  ['1.5h', 5_400],
])('reads the age %s', (text, seconds) => {
  expect(parseAge(text)).toBe(seconds)
})

test.each(['', '30', 'd', '5m2h', '-1d', '1.2.3d'])('refuses the age "%s"', (text) => {
  expect(() => parseAge(text)).toThrow('expected an age such as 30d')
})
