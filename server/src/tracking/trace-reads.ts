import { query, type DialectName, type Script } from '../core/index.ts'
import { numberList } from './number-list.ts'
import { unpackSpans } from './span-packs.ts'
import { traceColumns, type AssessmentRow, type PairKind, type TraceRow } from './trace-store.ts'
import type { TextMap, Trace, TraceInfo } from './trace-types.ts'

interface PairRow {
  readonly trace: number
  readonly kind: PairKind
  readonly key: string
  readonly value: string
}

/** Infos of rows, in their order, with tags, metadata and assessments. */
export function* loadTraceInfos(
  dialect: DialectName,
  rows: readonly TraceRow[],
): Script<TraceInfo[]> {
  if (rows.length === 0) return []
  const list = numberList(
    dialect,
    rows.map((row) => row.id),
  )
  const pairs = yield* query<PairRow>(
    `select trace, kind, key, value from tracking_trace_pair where trace in ${list.sql}`,
    list.parameter,
  )
  const assessments = yield* query<AssessmentRow>(
    `select id, trace, body from tracking_assessment
     where trace in ${list.sql} order by created_at, id`,
    list.parameter,
  )
  const pairsOf = Map.groupBy(pairs, (pair) => pair.trace)
  const assessmentsOf = Map.groupBy(assessments, (row) => row.trace)
  return rows.map((row) => ({
    traceId: row.trace_id,
    experimentId: String(row.experiment),
    clientRequestId: row.client_request_id,
    requestPreview: row.request_preview,
    responsePreview: row.response_preview,
    requestTime: row.request_time,
    executionMs: row.execution_ms ?? undefined,
    state: row.state,
    tags: toMap(pairsOf.get(row.id), 'tag'),
    metadata: toMap(pairsOf.get(row.id), 'metadata'),
    assessments: (assessmentsOf.get(row.id) ?? []).map((each) => JSON.parse(each.body) as object),
  }))
}

function toMap(pairs: readonly PairRow[] | undefined, kind: PairKind): TextMap {
  const chosen = (pairs ?? []).filter((pair) => pair.kind === kind)
  return Object.fromEntries(chosen.map(({ key, value }) => [key, value]))
}

/** The spans of a trace by their start, each as JSON text. */
export function* loadSpans(trace: number): Script<string[]> {
  const packs = yield* query<{ spans: string }>(
    'select spans from tracking_span_pack where trace = ? order by id',
    trace,
  )
  return unpackSpans(packs.map(({ spans }) => spans))
}

/** The judgements about a trace in the order in which they were made. */
export function* loadAssessments(trace: number): Script<object[]> {
  const rows = yield* query<{ body: string }>(
    'select body from tracking_assessment where trace = ? order by created_at, id',
    trace,
  )
  return rows.map(({ body }) => JSON.parse(body) as object)
}

/** Traces by their ids, in the order asked for; unknown ones are left out. */
export function* loadTraces(dialect: DialectName, traceIds: readonly string[]): Script<Trace[]> {
  const rows: TraceRow[] = []
  for (const traceId of traceIds) {
    const [row] = yield* query<TraceRow>(
      `select ${traceColumns} from tracking_trace where trace_id = ?`,
      traceId,
    )
    if (row) rows.push(row)
  }
  const infos = yield* loadTraceInfos(dialect, rows)
  const traces: Trace[] = []
  for (const [index, row] of rows.entries()) {
    const info = infos[index]
    if (info) traces.push({ info, spans: yield* loadSpans(row.id) })
  }
  return traces
}
