import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffLines, hunksOf } from './line-diff.ts'

const signs = { same: ' ', added: '+', removed: '-' } as const
const show = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, text }) => signs[kind] + text)

test('names the lines that were removed and added', () => {
  expect(show('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([' a', '-b', '+x', ' c', '+d'])
  expect(show('a\n', 'a\n')).toEqual([' a'])
})

test('makes each text of the other, whatever they are', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before.join('\n'), after.join('\n'))
      const without = (kind: string) =>
        lines.filter((line) => line.kind !== kind).map((line) => line.text)
      expect(without('added')).toEqual(before)
      expect(without('removed')).toEqual(after)
    }),
  )
})

test('leaves out what is far from a change', () => {
  const lines = Array.from({ length: 20 }, (_, index) => String(index))
  const changed = lines.with(10, 'x')
  const kinds = hunksOf(diffLines(lines.join('\n'), changed.join('\n')), 2)
  expect(kinds.map((one) => (one.kind === 'gap' ? one.count : one.kind))).toEqual([
    8,
    'same',
    'same',
    'removed',
    'added',
    'same',
    'same',
    7,
  ])
})
