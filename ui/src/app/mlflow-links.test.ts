import { describe, expect, it } from 'vitest'
import { pathOfMlflowHash } from './mlflow-links.ts'

describe('pathOfMlflowHash', () => {
  it.each([
    ['#/experiments/1/runs/abc', '/experiments/1/runs/abc'],
    ['#/experiments/1/runs/abc/model-metrics', '/experiments/1/runs/abc'],
    ['#/experiments/7', '/experiments/7'],
    ['#/models/churn/versions/3', '/models/churn/versions/3'],
    ['#/models/churn%20x/versions/3', '/models/churn%20x/versions/3'],
    ['#/compare-runs?runs=["a","b"]&experiments=["1"]', '/experiments/1/compare?runs=a,b'],
    ['#/compare-runs?runs=broken', '/experiments/0/compare?runs='],
    ['#/settings', '/'],
  ])('turns %s into %s', (hash, path) => {
    expect(pathOfMlflowHash(hash)).toBe(path)
  })

  it('leaves other hashes alone', () => {
    expect(pathOfMlflowHash('#section')).toBeUndefined()
  })
})
