import { expect, it } from 'vitest'
import { added, mostShownBytes } from './use-task-log.ts'

const page = (text: string, more: object = {}) => ({ text, next_offset: 9, ended: false, ...more })

it('adds what is new, begins with a whole line, and remembers that there was more', () => {
  const first = added(undefined, page('alf a line\nb\n', { truncated: true }))
  expect(added(first, page('c\n', { ended: true }))).toEqual({
    text: 'b\nc\n',
    offset: 9,
    ended: true,
    truncated: true,
  })
})

it('lets whole lines go when it grows too long', () => {
  const full = added(undefined, page('x'.repeat(mostShownBytes - 4) + '\n12\n'))
  expect(full.truncated).toBe(false)
  const more = added(full, page('34\n'))
  expect(more).toMatchObject({ text: '12\n34\n', truncated: true })
})
