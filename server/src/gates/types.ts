import type { PromotionContract } from './contract-schema.ts'

export interface Contract {
  readonly model: string
  readonly version: number
  readonly content: PromotionContract
  readonly creator: string
  readonly createdAt: Date
}

export const CheckKind = {
  Scoring: 'scoring',
  Threshold: 'threshold',
  Champion: 'champion',
  Slice: 'slice',
  Schema: 'schema',
  Document: 'document',
} as const
export type CheckKind = (typeof CheckKind)[keyof typeof CheckKind]

/** One line of an evaluation. */
export interface CheckResult {
  readonly kind: CheckKind
  /** Unique in its evaluation: `threshold.roc_auc`, `slice.contract=One year.roc_auc`. */
  readonly id: string
  readonly passed: boolean
  /** What was found. */
  readonly value: number | string | null
  /** What was allowed, as a sentence part: `at least 0.8`. */
  readonly limit: string
  readonly champion: number | null
  /** Rows behind the value. */
  readonly rows: number | null
}

export interface Evaluation {
  readonly id: string
  readonly model: string
  readonly version: number
  readonly contractVersion: number
  /** The live version it was compared with. */
  readonly championVersion: number | null
  readonly dataset: string
  readonly datasetVersion: number | null
  readonly passed: boolean
  readonly checks: readonly CheckResult[]
  readonly principal: string
  readonly createdAt: Date
}
