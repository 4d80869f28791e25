import { ks } from './ks.ts'
import type { DriftMetric } from './metric.ts'
import { nullShare } from './null-share.ts'
import { psi } from './psi.ts'

export const driftMetricNames = ['psi', 'ks', 'null_share'] as const
export type DriftMetricName = (typeof driftMetricNames)[number]

interface Kind {
  readonly compute: DriftMetric
  /** Whether it needs values with an order. */
  readonly numbersOnly: boolean
}

export const driftMetrics: Readonly<Record<DriftMetricName, Kind>> = {
  psi: { compute: psi, numbersOnly: false },
  ks: { compute: ks, numbersOnly: true },
  null_share: { compute: nullShare, numbersOnly: false },
}
