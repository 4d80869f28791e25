import { total, withoutNulls, type DriftMetric } from './metric.ts'

/**
 * Kolmogorov–Smirnov statistic: the largest distance between the two cumulative shares. Buckets of
 * numbers are named so that they sort; categories have no order and no KS.
 */
export const ks: DriftMetric = (distribution) => {
  const baseline = withoutNulls(distribution.baseline)
  const current = withoutNulls(distribution.current)
  const [before, now] = [total(baseline), total(current)]
  if (before === 0 || now === 0) return undefined
  let [b, c, largest] = [0, 0, 0]
  for (const bucket of [...new Set([...baseline.keys(), ...current.keys()])]
    .map(Number)
    .sort((x, y) => x - y)) {
    b += (baseline.get(String(bucket)) ?? 0) / before
    c += (current.get(String(bucket)) ?? 0) / now
    largest = Math.max(largest, Math.abs(b - c))
  }
  return largest
}
