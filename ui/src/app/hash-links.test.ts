import { describe, expect, it } from 'vitest'
import { pathOfHash } from './hash-links.ts'

describe('pathOfHash', () => {
  it.each([
    ['#/experiments/1/runs/abc', '/experiments/1/runs/abc'],
    ['#/experiments/1/runs/abc/model-metrics', '/experiments/1/runs/abc'],
    ['#/experiments/7', '/experiments/7'],
    ['#/models/churn/versions/3', '/models/churn/versions/3'],
    ['#/models/churn%20x/versions/3', '/models/churn%20x/versions/3'],
    ['#/compare-runs?runs=["a","b"]&experiments=["1"]', '/experiments/1/compare?runs=a,b'],
    ['#/compare-runs?runs=broken', '/experiments/0/compare?runs='],
    ['#/settings', '/'],
    ['#job/7/run/8', '/jobs/runs/8'],
    ['#job/7', '/jobs/7'],
  ])('turns %s into %s', (hash, path) => {
    expect(pathOfHash(hash)).toBe(path)
  })

  it('leaves other hashes alone', () => {
    expect(pathOfHash('#section')).toBeUndefined()
  })
})
