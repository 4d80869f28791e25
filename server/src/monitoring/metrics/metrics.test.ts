import { describe, expect, test } from 'vitest'
import { driftMetricNames, driftMetrics } from './index.ts'
import { nullBucket, type Distribution } from './metric.ts'

const counts = (...values: [string, number][]) => new Map(values)
const of = (baseline: [string, number][], current: [string, number][]): Distribution => ({
  baseline: counts(...baseline),
  current: counts(...current),
})

describe.each(driftMetricNames)('%s', (name) => {
  const { compute } = driftMetrics[name]

  test('is 0 when nothing changed, whatever the number of rows', () => {
    expect(
      compute(
        of(
          [
            ['0', 5],
            ['1', 5],
          ],
          [
            ['0', 50],
            ['1', 50],
          ],
        ),
      ),
    ).toBeCloseTo(0, 12)
  })

  test('is not defined without rows', () => {
    expect(compute(of([['0', 5]], []))).toBeUndefined()
  })
})

test('psi by hand: 0.3·ln(0.8/0.5) − 0.3·ln(0.2/0.5)', () => {
  const value = driftMetrics.psi.compute(
    of(
      [
        ['0', 50],
        ['1', 50],
      ],
      [
        ['0', 80],
        ['1', 20],
      ],
    ),
  )
  expect(value).toBeCloseTo(0.3 * Math.log(1.6) - 0.3 * Math.log(0.4), 12)
})

test('a category that nobody had before counts', () => {
  const value = driftMetrics.psi.compute(
    of(
      [['a', 100]],
      [
        ['a', 50],
        ['new', 50],
      ],
    ),
  )
  expect(value).toBeGreaterThan(1)
})

test('ks by hand, buckets in the order of their numbers', () => {
  const value = driftMetrics.ks.compute(
    of(
      [
        ['2', 5],
        ['10', 5],
      ],
      [
        ['2', 1],
        ['10', 9],
      ],
    ),
  )
  expect(value).toBeCloseTo(0.4, 12)
})

test('null share counts only what is new', () => {
  const value = driftMetrics.null_share.compute(
    of(
      [
        ['0', 90],
        [nullBucket, 10],
      ],
      [
        ['0', 70],
        [nullBucket, 30],
      ],
    ),
  )
  expect(value).toBeCloseTo(0.2, 12)
})
