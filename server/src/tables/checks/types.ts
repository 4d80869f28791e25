import type { DeltaType } from '../delta/schema.ts'

/** What one column must be. */
export interface ColumnCheck {
  readonly name: string
  readonly type: DeltaType | undefined
  /** @default true */
  readonly required: boolean
  /** @default true */
  readonly nullable: boolean
  readonly unique: boolean
  /** Smallest and largest value, both included. */
  readonly min: number | string | undefined
  readonly max: number | string | undefined
  readonly allowed: readonly (string | number | boolean)[] | undefined
  /** A regular expression that must be found in the value. */
  readonly pattern: string | undefined
  /** Largest share of nulls, 0 to 1. */
  readonly maxNullShare: number | undefined
}

/** Rules that rows are held against, as a person wrote them in a YAML file. */
export interface Checks {
  readonly columns: readonly ColumnCheck[]
  /** @default true */
  readonly allowExtraColumns: boolean
  /** Column groups whose values together name a row. */
  readonly unique: readonly (readonly string[])[]
  readonly minRows: number | undefined
  readonly maxRows: number | undefined
}

export interface RuleExample {
  /** The row in the source: in a CSV as a spreadsheet counts, the header being row 1; else from 1. */
  readonly row: number
  readonly value: unknown
  /** Values of the first unique column or group, to find the row again. */
  readonly key?: Readonly<Record<string, unknown>>
}

export interface RuleResult {
  /** `required`, `type`, `not_null`, `null_share`, `unique`, `min`, `max`, `allowed`, `pattern`, `rows`, `extra_columns` */
  readonly rule: string
  /** Null for a rule of the whole table; several columns are joined by a comma. */
  readonly column: string | null
  readonly passed: boolean
  readonly found: unknown
  readonly limit: unknown
  readonly failing_rows: number
  readonly examples: readonly RuleExample[]
}

export interface CheckReport {
  readonly passed: boolean
  readonly rows: number
  readonly rules: readonly RuleResult[]
}
