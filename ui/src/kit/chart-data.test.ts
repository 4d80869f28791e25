import { describe, expect, it } from 'vitest'
import { alignSeries, smooth } from './chart-data.ts'

describe('smooth', () => {
  it('leaves a constant as it is, from the first point on', () => {
    for (const value of smooth([3, 3, 3, 3], 0.9)) expect(value).toBeCloseTo(3)
  })

  it('skips what is missing', () => {
    expect(smooth([1, null, 1], 0.5)).toEqual([1, null, 1])
  })
})

describe('alignSeries', () => {
  it('puts series with different steps on one axis', () => {
    const { x, ys } = alignSeries([
      { id: 'a', label: 'a', x: [0, 2], y: [1, 3] },
      { id: 'b', label: 'b', x: [1, 2], y: [5, null] },
    ])
    expect(x).toEqual([0, 1, 2])
    expect(ys).toEqual([
      [1, undefined, 3],
      [undefined, 5, null],
    ])
  })
})
