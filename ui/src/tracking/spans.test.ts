import { expect, it } from 'vitest'
import { showValue, waterfall, type Span } from './spans.ts'

function span(id: string, parent: string, start: number): Span {
  return {
    span_id: id,
    ...(parent === '' ? {} : { parent_span_id: parent }),
    name: id,
    start_time_unix_nano: start * 1e6,
    end_time_unix_nano: (start + 5) * 1e6,
  }
}

it('puts spans under their parents, by start, in milliseconds since the trace began', () => {
  const spans = [span('late', 'root', 30), span('root', '', 10), span('early', 'root', 20)]
  expect(waterfall(spans).map((line) => [line.span.name, line.depth, line.startMs])).toEqual([
    ['root', 0, 0],
    ['early', 1, 10],
    ['late', 1, 20],
  ])
})

it('shows spans whose parent is not there, and ends at circles', () => {
  expect(waterfall([span('orphan', 'gone', 1)])).toHaveLength(1)
  expect(waterfall([span('self', 'self', 1)])).toHaveLength(1)
})

it('reads values without their wrapping and lays JSON out', () => {
  expect(showValue({ string_value: '{"a":1}' })).toBe('{\n  "a": 1\n}')
  expect(showValue({ string_value: 'question' })).toBe('question')
  expect(showValue({ int_value: 7 })).toBe('7')
  expect(showValue({ array_value: { values: [{ bool_value: true }] } })).toBe('[\n  true\n]')
})
