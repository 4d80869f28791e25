import type { QualityMetric } from '../../serving/index.ts'
import type { PromotionContract } from '../contract-schema.ts'
import type { CheckResult } from '../types.ts'

/** Metrics of one group of scored rows; null where a metric is not defined on them. */
export interface Quality {
  readonly rows: number
  readonly metrics: Readonly<Partial<Record<QualityMetric, number | null>>>
}

/** Everything that was found out about a version before any check judges it. */
export interface Evidence {
  readonly contract: PromotionContract
  readonly candidate: Quality
  /** Undefined when no version is live yet. */
  readonly champion: Quality | undefined
  /** Per sliced column, its values with their quality. */
  readonly slices: ReadonlyMap<string, ReadonlyMap<string, Quality>>
  /** Names of the signature's inputs; undefined when the model has no signature. */
  readonly inputs: readonly string[] | undefined
  /** Bytes of each artifact of the run that the contract asks for; absent ones are missing. */
  readonly documents: ReadonlyMap<string, number>
}

/** Judges one part of the contract. Pure: the evidence is all it may look at. */
export type Check = (evidence: Evidence) => readonly CheckResult[]

export interface Bounds {
  readonly min?: number
  readonly max?: number
}

export function isWithin(value: number | null | undefined, bounds: Bounds): boolean {
  if (value === null || value === undefined || Number.isNaN(value)) return false
  return value >= (bounds.min ?? -Infinity) && value <= (bounds.max ?? Infinity)
}

export function describeBounds({ min, max }: Bounds): string {
  const parts = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ]
  return parts.join(' and ') || 'any value'
}
