import { total, type DriftMetric } from './metric.ts'

/** Stands in for an empty bucket, so that the logarithm is defined. */
const smallestShare = 1e-4

/**
 * Population stability index: Σ (now − before) · ln(now / before) over ten quantile buckets of the
 * baseline, or the categories; nulls are a bucket. Below 0.1 nothing happened, above 0.25 much did.
 */
export const psi: DriftMetric = ({ baseline, current }) => {
  const [before, now] = [total(baseline), total(current)]
  if (before === 0 || now === 0) return undefined
  let sum = 0
  for (const bucket of new Set([...baseline.keys(), ...current.keys()])) {
    const b = Math.max(smallestShare, (baseline.get(bucket) ?? 0) / before)
    const c = Math.max(smallestShare, (current.get(bucket) ?? 0) / now)
    sum += (c - b) * Math.log(c / b)
  }
  return sum
}
