import { query, run as exec, type Script } from '../core/index.ts'
import type { Span } from './otlp/spans.ts'
import type { TextMap, TraceInfo, TraceState } from './trace-types.ts'

export interface TraceRow {
  readonly id: number
  readonly trace_id: string
  readonly experiment: number
  readonly client_request_id: string
  readonly request_preview: string
  readonly response_preview: string
  readonly request_time: number
  readonly execution_ms: number | null
  readonly state: TraceState
}

export const traceColumns =
  'id, trace_id, experiment, client_request_id, request_preview, response_preview, request_time, execution_ms, state'

export type NewTrace = Omit<TraceInfo, 'assessments'>

/** Writes a trace's info; what was known of it before is replaced, tags and metadata are added to. */
export function* upsertTrace(trace: NewTrace): Script<number> {
  const [row] = yield* query<{ id: number }>(
    `insert into tracking_trace (trace_id, experiment, client_request_id, request_preview,
       response_preview, request_time, execution_ms, state) values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (trace_id) do update set experiment = excluded.experiment,
       client_request_id = excluded.client_request_id, request_preview = excluded.request_preview,
       response_preview = excluded.response_preview, request_time = excluded.request_time,
       execution_ms = excluded.execution_ms, state = excluded.state
     returning id`,
    trace.traceId,
    Number(trace.experimentId),
    trace.clientRequestId,
    trace.requestPreview,
    trace.responsePreview,
    trace.requestTime,
    trace.executionMs ?? null,
    trace.state,
  )
  if (!row) throw new Error(`Trace ${trace.traceId} was not stored`)
  yield* upsertPairs(row.id, 'tag', trace.tags)
  yield* upsertPairs(row.id, 'metadata', trace.metadata)
  return row.id
}

export type PairKind = 'tag' | 'metadata'

export function* upsertPairs(trace: number, kind: PairKind, pairs: TextMap): Script<void> {
  for (const [key, value] of Object.entries(pairs)) {
    yield* exec(
      `insert into tracking_trace_pair (trace, kind, key, value) values (?, ?, ?, ?)
       on conflict (trace, kind, key) do update set value = excluded.value`,
      trace,
      kind,
      key,
      value,
    )
  }
}

/** Whether there was such a tag. */
export function* deleteTraceTagRow(trace: number, key: string): Script<boolean> {
  const gone = yield* query(
    "delete from tracking_trace_pair where trace = ? and kind = 'tag' and key = ? returning key",
    trace,
    key,
  )
  return gone.length > 0
}

export function* findTraceRow(traceId: string): Script<TraceRow | undefined> {
  const [row] = yield* query<TraceRow>(
    `select ${traceColumns} from tracking_trace where trace_id = ?`,
    traceId,
  )
  return row
}

/** The same span again replaces what it was. */
export function* upsertSpan(trace: number, span: Span): Script<void> {
  yield* exec(
    `insert into tracking_span (trace, span_id, start_us, body) values (?, ?, ?, ?)
     on conflict (trace, span_id) do update set start_us = excluded.start_us, body = excluded.body`,
    trace,
    span.spanId,
    Number(span.startNs / 1000n),
    span.json,
  )
}

export function* linkTraceToRun(trace: number, runId: string): Script<void> {
  yield* exec(
    'insert into tracking_trace_run (trace, run_id) values (?, ?) on conflict do nothing',
    trace,
    runId,
  )
}

/** Deletes traces with everything that belongs to them; answers how many there were. */
export function* deleteTraceRows(traces: readonly number[]): Script<number> {
  for (const trace of traces) {
    for (const table of ['pair', 'run']) {
      yield* exec(`delete from tracking_trace_${table} where trace = ?`, trace)
    }
    yield* exec('delete from tracking_span where trace = ?', trace)
    yield* exec('delete from tracking_assessment where trace = ?', trace)
    yield* exec('delete from tracking_trace where id = ?', trace)
  }
  return traces.length
}

export interface AssessmentRow {
  readonly id: string
  readonly trace: number
  readonly body: string
}

export function* upsertAssessment(row: AssessmentRow, createdAt: number): Script<void> {
  yield* exec(
    `insert into tracking_assessment (id, trace, created_at, body) values (?, ?, ?, ?)
     on conflict (id) do update set body = excluded.body`,
    row.id,
    row.trace,
    createdAt,
    row.body,
  )
}

export function* findAssessmentRow(trace: number, id: string): Script<AssessmentRow | undefined> {
  const [row] = yield* query<AssessmentRow>(
    'select id, trace, body from tracking_assessment where id = ? and trace = ?',
    id,
    trace,
  )
  return row
}

export function* deleteAssessmentRow(id: string): Script<void> {
  yield* exec('delete from tracking_assessment where id = ?', id)
}
