import { insertTuples, query, run as exec, type DialectName, type Script } from '../core/index.ts'
import type { Span } from './otlp/spans.ts'
import { packSpans } from './span-packs.ts'
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

/**
 * Writes infos of different traces; what was known of one before is replaced, tags and metadata are
 * added to. Answers the traces' numbers by their ids.
 */
export function* upsertTraces(traces: readonly NewTrace[]): Script<ReadonlyMap<string, number>> {
  const rows = yield* insertTuples<{ id: number; trace_id: string }>(
    {
      into: `tracking_trace (trace_id, experiment, client_request_id, request_preview,
        response_preview, request_time, execution_ms, state)`,
      tail: `on conflict (trace_id) do update set experiment = excluded.experiment,
        client_request_id = excluded.client_request_id, request_preview = excluded.request_preview,
        response_preview = excluded.response_preview, request_time = excluded.request_time,
        execution_ms = excluded.execution_ms, state = excluded.state
        returning id, trace_id`,
    },
    traces.map((trace) => [
      trace.traceId,
      Number(trace.experimentId),
      trace.clientRequestId,
      trace.requestPreview,
      trace.responsePreview,
      trace.requestTime,
      trace.executionMs ?? null,
      trace.state,
    ]),
  )
  const numbers = new Map(rows.map((row) => [row.trace_id, row.id]))
  yield* upsertPairRows(traces.flatMap((trace) => pairsOf(numbers.get(trace.traceId) ?? 0, trace)))
  return numbers
}

function pairsOf(trace: number, { tags, metadata }: NewTrace): PairRow[] {
  return [...toPairRows(trace, 'tag', tags), ...toPairRows(trace, 'metadata', metadata)]
}

export type PairKind = 'tag' | 'metadata'

export function* upsertPairs(trace: number, kind: PairKind, pairs: TextMap): Script<void> {
  yield* upsertPairRows(toPairRows(trace, kind, pairs))
}

function toPairRows(trace: number, kind: PairKind, pairs: TextMap): PairRow[] {
  return Object.entries(pairs).map(([key, value]) => [trace, kind, key, value])
}

type PairRow = readonly [trace: number, kind: PairKind, key: string, value: string]

function* upsertPairRows(rows: readonly PairRow[]): Script<void> {
  const into = 'tracking_trace_pair (trace, kind, key, value)'
  const tail = 'on conflict (trace, kind, key) do update set value = excluded.value'
  yield* insertTuples({ into, tail }, rows)
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

/** Those of the traces that there are, by their ids. */
export function* findTraceRows(
  dialect: DialectName,
  traceIds: readonly string[],
): Script<ReadonlyMap<string, TraceRow>> {
  const list =
    dialect === 'sqlite'
      ? 'select value from json_each(?)'
      : 'select json_array_elements_text(?::json)'
  const rows = yield* query<TraceRow>(
    `select ${traceColumns} from tracking_trace where trace_id in (${list})`,
    JSON.stringify(traceIds),
  )
  return new Map(rows.map((row) => [row.trace_id, row]))
}

/** The spans of one trace that came together: a row. The same span again replaces what it was. */
export function* insertSpanPacks(
  packs: readonly { readonly trace: number; readonly spans: readonly Span[] }[],
): Script<void> {
  const rows = packs.map(({ trace, spans }) => [trace, packSpans(spans)])
  yield* insertTuples({ into: 'tracking_span_pack (trace, spans)' }, rows)
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
    yield* exec('delete from tracking_span_pack where trace = ?', trace)
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
