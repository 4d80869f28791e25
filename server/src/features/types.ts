export const AggregateFunction = {
  Count: 'count',
  Sum: 'sum',
  Mean: 'mean',
  Min: 'min',
  Max: 'max',
  Stddev: 'stddev',
  Last: 'last',
  CountDistinct: 'count_distinct',
} as const
export type AggregateFunction = (typeof AggregateFunction)[keyof typeof AggregateFunction]

/** `both` sees what was known at the time; `event` ignores when it was known. */
export const Clock = { Both: 'both', Event: 'event' } as const
export type Clock = (typeof Clock)[keyof typeof Clock]

export interface ViewColumn {
  readonly column: string
  readonly as: string
}

export interface ViewAggregation {
  /** `*` only for count. */
  readonly column: string
  readonly function: AggregateFunction
  /** A duration such as `30d`; rows with t - window < event_time ≤ t. */
  readonly window: string
  readonly as: string
}

/** What a feature view computes, as it was asked for. */
export interface ViewDefinition {
  readonly name: string
  readonly table: string
  readonly keys: readonly string[]
  readonly event_time: string
  /** The zone of a TIMESTAMP_NTZ event time. */
  readonly time_zone?: string
  readonly known_at?: string
  readonly row_key?: readonly string[]
  readonly lookback?: string
  readonly columns?: readonly ViewColumn[]
  readonly aggregations?: readonly ViewAggregation[]
}

export interface View {
  readonly definition: ViewDefinition
  readonly version: number
  readonly createdAt: Date
  readonly creator: string
}
