import { CheckKind } from '../types.ts'
import { describeBounds, isWithin, type Check } from './check.ts'

/** Absolute limits on the whole dataset. */
export const checkThresholds: Check = ({ contract, candidate, champion }) =>
  (contract.thresholds ?? []).map((threshold) => {
    const value = candidate.metrics[threshold.metric] ?? null
    return {
      kind: CheckKind.Threshold,
      id: `threshold.${threshold.metric}`,
      passed: isWithin(value, threshold),
      value,
      limit: describeBounds(threshold),
      champion: champion?.metrics[threshold.metric] ?? null,
      rows: candidate.rows,
    }
  })
