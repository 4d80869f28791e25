export const MetricView = {
  Traces: 'TRACES',
  Spans: 'SPANS',
  Assessments: 'ASSESSMENTS',
} as const
export type MetricView = (typeof MetricView)[keyof typeof MetricView]

export const Aggregation = {
  Count: 'COUNT',
  Sum: 'SUM',
  Avg: 'AVG',
  Percentile: 'PERCENTILE',
  Min: 'MIN',
  Max: 'MAX',
} as const
export type Aggregation = (typeof Aggregation)[keyof typeof Aggregation]

/** What a metric can be asked for. */
export interface MetricKind {
  readonly aggregations: readonly Aggregation[]
  readonly dimensions: readonly string[]
}

const { Count, Sum, Avg, Percentile, Min, Max } = Aggregation
const spread = [Avg, Min, Max, Percentile]
const tokens: MetricKind = { aggregations: [Sum, ...spread], dimensions: ['trace_name'] }
const models = ['span_model_name', 'span_model_provider']
const cost: MetricKind = { aggregations: [Sum, ...spread], dimensions: models }

export const metricKinds: Readonly<Record<MetricView, Readonly<Record<string, MetricKind>>>> = {
  TRACES: {
    trace_count: { aggregations: [Count], dimensions: ['trace_name', 'trace_status'] },
    session_count: { aggregations: [Count], dimensions: [] },
    latency: { aggregations: spread, dimensions: ['trace_name'] },
    input_tokens: tokens,
    output_tokens: tokens,
    total_tokens: tokens,
    cache_read_input_tokens: tokens,
    cache_creation_input_tokens: tokens,
  },
  SPANS: {
    span_count: {
      aggregations: [Count],
      dimensions: ['span_name', 'span_type', 'span_status', ...models],
    },
    latency: { aggregations: spread, dimensions: ['span_name', 'span_status'] },
    input_cost: cost,
    output_cost: cost,
    total_cost: cost,
  },
  ASSESSMENTS: {
    assessment_count: {
      aggregations: [Count],
      dimensions: ['assessment_name', 'assessment_value'],
    },
    assessment_value: { aggregations: spread, dimensions: ['assessment_name'] },
  },
}

/** One thing that is counted, with everything it may be grouped or filtered by. */
export interface Sample {
  /** Epoch milliseconds. */
  readonly at: number
  /** A number, or what is counted once each; undefined is not counted. */
  readonly value: number | string | undefined
  readonly dimensions: Readonly<Record<string, string | undefined>>
}
