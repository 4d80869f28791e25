import { expect, test } from 'vitest'
import { packSpans, unpackSpans } from './span-packs.ts'

const span = (spanId: string, startUs: number, json: string) => ({
  spanId,
  startNs: BigInt(startUs) * 1_000n + 7n,
  json,
})

test('gives every span back by its start, and of one that came again the last', () => {
  const first = packSpans([span('bb', 20, '{"name":"b c"}'), span('aa', 20, '{"name":"a"}')])
  const second = packSpans([span('cc', 10, '{}'), span('bb', 30, '{"name":"again"}')])
  expect(unpackSpans([first, second])).toEqual(['{}', '{"name":"a"}', '{"name":"again"}'])
  expect(unpackSpans([])).toEqual([])
})
