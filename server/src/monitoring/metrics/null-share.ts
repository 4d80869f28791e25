import { nullBucket, total, type DriftMetric } from './metric.ts'

/** Share of rows without a value now, less what it was before; 0 when it went down. */
export const nullShare: DriftMetric = ({ baseline, current }) => {
  const [before, now] = [total(baseline), total(current)]
  if (before === 0 || now === 0) return undefined
  const was = (baseline.get(nullBucket) ?? 0) / before
  return Math.max(0, (current.get(nullBucket) ?? 0) / now - was)
}
