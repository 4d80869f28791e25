import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatValue } from './values.ts'

const micros = (value: bigint) => ({ micros: value }) as never

test('a timestamp is the text of its instant, to the microsecond', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      fc.nat(999),
      (date, rest) => {
        const value = BigInt(date.getTime()) * 1000n + BigInt(rest)
        const [seconds, tail = ''] = date.toISOString().replace('Z', '').split('.')
        const digits = `${tail}${String(rest).padStart(3, '0')}`
        const fraction = digits === '000000' ? '' : `.${digits}`
        expect(formatValue(micros(value), 'timestamp')).toBe(`${seconds}${fraction}Z`)
        expect(formatValue(micros(value), 'timestamp_ntz')).toBe(`${seconds}${fraction}`)
      },
    ),
  )
})

test('a double is the shortest text that reads back the same', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      const text = formatValue(value, 'double') ?? ''
      const read = text === 'Infinity' ? Infinity : Number(text)
      expect(Object.is(read, value)).toBe(true)
    }),
  )
})

test('a float is the shortest text that reads back the same', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      const text = formatValue(value, 'float') ?? ''
      expect(Object.is(Math.fround(Number(text)), value)).toBe(true)
    }),
  )
  expect(formatValue(Math.fround(0.1), 'float')).toBe('0.1')
})

test.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
  [1e21, '1e+21'],
  [100, '100.0'],
])('%d as a double', (value, text) => {
  expect(formatValue(value, 'double')).toBe(text)
})
