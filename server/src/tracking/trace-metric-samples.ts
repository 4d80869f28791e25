import { query, type DialectName, type Script, type SqlValue } from '../core/index.ts'
import { joinAnd, type SqlPart } from './search/conditions.ts'
import { MetricView, type Sample } from './trace-metric-types.ts'
import { loadAssessments, loadSpans } from './trace-reads.ts'
import { ofExperiments } from './trace-search.ts'

export interface SampleRange {
  readonly experiments: readonly number[]
  readonly view: MetricView
  readonly metric: string
  /** Of a row `t` of tracking_trace. */
  readonly trace: SqlPart
  /** Epoch milliseconds, both included. */
  readonly from: number
  readonly until: number
}

interface MeasuredTrace {
  readonly id: number
  readonly at: number
  readonly state: string
  readonly execution_ms: number | null
  readonly name: string | null
  readonly usage: string | null
  readonly session: string | null
}

/** So many traces are read at once. */
const chunk = 2_000

/** Walks over what a metric counts, a chunk of traces in memory at a time. */
export function* walkSamples(
  dialect: DialectName,
  range: SampleRange,
  take: (sample: Sample) => void,
): Script<void> {
  const where = joinAnd([
    ofExperiments(dialect, range.experiments),
    range.trace,
    ...(isSpanCost(range) ? [] : [within(range)]),
  ])
  for (let after: SqlValue = 0; ;) {
    const rows: readonly MeasuredTrace[] = yield* query<MeasuredTrace>(
      `select t.id, t.request_time as at, t.state, t.execution_ms, n.value as name,
         u.value as usage, s.value as session
       from tracking_trace t
       left join tracking_trace_pair n
         on n.trace = t.id and n.kind = 'tag' and n.key = 'mlflow.traceName'
       left join tracking_trace_pair u
         on u.trace = t.id and u.kind = 'metadata' and u.key = 'mlflow.trace.tokenUsage'
       left join tracking_trace_pair s
         on s.trace = t.id and s.kind = 'metadata' and s.key = 'mlflow.trace.session'
       where t.id > ? and ${where.sql} order by t.id limit ${chunk}`,
      after,
      ...where.parameters,
    )
    for (const row of rows) {
      for (const sample of yield* samplesOf(row, range)) take(sample)
    }
    const last = rows.at(-1)
    if (!last || rows.length < chunk) return
    after = last.id
  }
}

/** Costs belong to the time of their span, everything else to that of its trace. */
function isSpanCost({ view, metric }: SampleRange): boolean {
  return view === MetricView.Spans && metric.endsWith('_cost')
}

function within({ from, until }: SampleRange): SqlPart {
  const bounds = [from, until].map((bound) =>
    Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, bound)),
  )
  return { sql: 't.request_time between ? and ?', parameters: bounds }
}

function* samplesOf(row: MeasuredTrace, range: SampleRange): Script<readonly Sample[]> {
  switch (range.view) {
    case MetricView.Traces:
      return [traceSample(row, range.metric)]
    case MetricView.Spans: {
      const texts = yield* loadSpans(row.id)
      const samples = texts.map((text) => spanSample(row, range.metric, text))
      if (!isSpanCost(range)) return samples
      return samples.filter(({ at }) => at >= range.from && at <= range.until)
    }
    case MetricView.Assessments: {
      const assessments = yield* loadAssessments(row.id)
      return assessments.flatMap((each) => assessmentSample(row, range.metric, each))
    }
  }
}

function traceSample(row: MeasuredTrace, metric: string): Sample {
  return {
    at: row.at,
    value: traceValue(row, metric),
    dimensions: { trace_name: row.name ?? undefined, trace_status: row.state },
  }
}

function traceValue(row: MeasuredTrace, metric: string): Sample['value'] {
  if (metric === 'trace_count') return 1
  if (metric === 'session_count') return row.session ?? undefined
  if (metric === 'latency') return row.execution_ms ?? undefined
  return numberIn(row.usage ?? undefined, metric)
}

/** A number out of an object, which may be JSON text. */
function numberIn(object: unknown, key: string): number | undefined {
  const value = (parsed(object) as Record<string, unknown> | null | undefined)?.[key]
  return typeof value === 'number' ? value : undefined
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

interface StoredSpan {
  readonly name?: string
  readonly start_time_unix_nano?: number | string
  readonly end_time_unix_nano?: number | string
  readonly status?: { readonly code?: string }
  readonly attributes?: readonly {
    readonly key: string
    readonly value: { readonly string_value?: string }
  }[]
}

const nanos = /"(start|end)_time_unix_nano":\s*(\d+)/g

function spanSample(row: MeasuredTrace, metric: string, text: string): Sample {
  // Times are numbers beyond 2^53 in the text.
  const span = JSON.parse(text.replaceAll(nanos, '"$1_time_unix_nano":"$2"')) as StoredSpan
  const attribute = (key: string): unknown =>
    parsed(span.attributes?.find((each) => each.key === key)?.value.string_value)
  const asText = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const start = BigInt(span.start_time_unix_nano ?? 0)
  const value = {
    span_count: 1,
    latency: Number((BigInt(span.end_time_unix_nano ?? 0) - start) / 1_000_000n),
  }[metric]
  return {
    at: isCost(metric) ? Number(start / 1_000_000n) : row.at,
    value: isCost(metric) ? numberIn(attribute('mlflow.llm.cost'), metric) : value,
    dimensions: {
      span_name: span.name,
      span_type: asText(attribute('mlflow.spanType')),
      span_status: (span.status?.code ?? 'STATUS_CODE_UNSET').replace('STATUS_CODE_', ''),
      span_model_name: asText(attribute('mlflow.llm.model')),
      span_model_provider: asText(attribute('mlflow.llm.provider')),
    },
  }
}

function isCost(metric: string): boolean {
  return metric.endsWith('_cost')
}

interface StoredAssessment {
  readonly assessment_name?: string
  readonly valid?: boolean
  readonly feedback?: { readonly value?: unknown }
  readonly expectation?: { readonly value?: unknown }
}

/** One that was overridden counts no more. */
function assessmentSample(row: MeasuredTrace, metric: string, given: object): Sample[] {
  const { assessment_name: name, valid, feedback, expectation } = given as StoredAssessment
  if (valid === false) return []
  const value = (feedback ?? expectation)?.value
  return [
    {
      at: row.at,
      value: metric === 'assessment_count' ? 1 : numericValue(value),
      dimensions: {
        assessment_name: name,
        assessment_value: value === undefined ? undefined : JSON.stringify(value),
        assessment_type: feedback ? 'feedback' : expectation ? 'expectation' : 'issue',
      },
    },
  ]
}

/** MLflow's reading: numbers, and yes and no in their ways. */
function numericValue(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
  return word === 'yes' ? 1 : word === 'no' ? 0 : undefined
}
