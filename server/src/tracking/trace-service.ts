import { newHexId, query, readScript, runScript, type Ctx, type Script } from '../core/index.ts'
import { joinUri } from './artifact-uri.ts'
import { trackingErrors } from './errors.ts'
import { plainValue, SpanStatus, type Span } from './otlp/spans.ts'
import { loadTraceInfos, loadTraces } from './trace-reads.ts'
import {
  deleteTraceRows,
  deleteTraceTagRow,
  findTraceRow,
  findTraceRows,
  insertSpanPacks,
  linkTraceToRun,
  upsertPairs,
  upsertTraces,
  type NewTrace,
  type TraceRow,
} from './trace-store.ts'
import { TraceState, type TextMap, type Trace, type TraceInfo } from './trace-types.ts'
import { checkLength, parseExperimentId } from './validation.ts'

const limits = { tagKey: 250, tagValue: 8_000, preview: 1_000, traces: 1_000 } as const

/** Writes what a client says of a trace; its spans come on their own. */
export async function putTrace(ctx: Ctx, trace: NewTrace): Promise<TraceInfo> {
  return runScript(ctx, function* put(): Script<TraceInfo> {
    const location = yield* artifactLocation(trace.experimentId)
    const tags = { ...locationTags(location, trace.traceId), ...trace.tags }
    const metadata = { ...trace.metadata, 'mlflow.trace.infoFinalized': 'true' }
    yield* upsertTraces([{ ...trace, tags, metadata }])
    return yield* getInfo(ctx, trace.traceId)
  })
}

export interface EndTraceInput {
  readonly traceId: string
  /** Epoch milliseconds. */
  readonly endedAt: number
  readonly state: TraceState
  readonly metadata: TextMap
  readonly tags: TextMap
}

/** Ends a trace that a client began; tags and metadata are added to what it has. */
export async function endTrace(ctx: Ctx, input: EndTraceInput): Promise<TraceInfo> {
  return runScript(ctx, function* end(): Script<TraceInfo> {
    const row = yield* getTraceRow(input.traceId)
    const ended: NewTrace = {
      traceId: row.trace_id,
      experimentId: String(row.experiment),
      clientRequestId: row.client_request_id,
      requestPreview: row.request_preview,
      responsePreview: row.response_preview,
      requestTime: row.request_time,
      executionMs: Math.max(0, input.endedAt - row.request_time),
      state: input.state,
      metadata: input.metadata,
      tags: input.tags,
    }
    yield* upsertTraces([ended])
    return yield* getInfo(ctx, input.traceId)
  })
}

function* artifactLocation(experimentId: string): Script<string> {
  const [row] = yield* query<{ artifact_location: string }>(
    'select artifact_location from tracking_experiment where id = ?',
    parseExperimentId(experimentId),
  )
  if (!row) throw trackingErrors.TRACKING_EXPERIMENT_NOT_FOUND(experimentId)
  return row.artifact_location
}

function locationTags(location: string, traceId: string): Record<string, string> {
  return {
    'mlflow.trace.spansLocation': 'TRACKING_STORE',
    'mlflow.artifactLocation': joinUri(location, `traces/${traceId}/artifacts`),
  }
}

interface SpansOfTrace {
  readonly traceId: string
  readonly spans: readonly Span[]
}

/** Stores spans; a trace that nobody has announced yet is made from its root. */
export async function putSpans(
  ctx: Ctx,
  experimentId: string,
  spans: readonly Span[],
): Promise<void> {
  // In order, so that two writers of the same traces never wait for each other in a circle.
  const sent = [...Map.groupBy(spans, traceIdOf)]
    .map(([traceId, ofTrace]): SpansOfTrace => ({ traceId, spans: ofTrace }))
    .sort((a, b) => (a.traceId < b.traceId ? -1 : 1))
  await runScript(ctx, function* put(): Script<void> {
    const { dialect } = ctx.database
    const known = yield* findTraceRows(
      dialect,
      sent.map(({ traceId }) => traceId),
    )
    const unknown = sent.filter(({ traceId }) => !known.has(traceId))
    const created = yield* createFromSpans(experimentId, unknown)
    yield* insertSpanPacks(
      sent.map(({ traceId, spans: ofTrace }) => ({
        trace: known.get(traceId)?.id ?? created.get(traceId) ?? 0,
        spans: ofTrace,
      })),
    )
    yield* upsertTraces(sent.flatMap((each) => finished(known.get(each.traceId), each)))
  })
}

/** MLflow's own clients name the trace in every span; for others it follows from OpenTelemetry's id. */
function traceIdOf(span: Span): string {
  const named = span.attributes.find(({ key }) => key === 'mlflow.traceRequestId')
  const value = named && plainValue(named.value)
  return typeof value === 'string' && value !== ''
    ? value.replaceAll('"', '')
    : `tr-${span.traceId}`
}

function* createFromSpans(
  experimentId: string,
  traces: readonly SpansOfTrace[],
): Script<ReadonlyMap<string, number>> {
  if (traces.length === 0) return new Map()
  const location = yield* artifactLocation(experimentId)
  return yield* upsertTraces(
    traces.map(({ traceId, spans }): NewTrace => {
      const root = rootOf(spans)
      const first = spans.reduce((a, b) => (b.startNs < a.startNs ? b : a))
      return {
        traceId,
        experimentId,
        clientRequestId: '',
        ...previews(root),
        requestTime: Number(first.startNs / 1_000_000n),
        executionMs: root && durationMs(root),
        state: root ? stateOf(root) : TraceState.InProgress,
        metadata: { 'mlflow.trace_schema.version': '3' },
        tags: {
          ...locationTags(location, traceId),
          ...(root ? { 'mlflow.traceName': root.name } : {}),
        },
      }
    }),
  )
}

/** A trace that was in progress ends with its root. */
function finished(row: TraceRow | undefined, { traceId, spans }: SpansOfTrace): NewTrace[] {
  const root = rootOf(spans)
  if (row?.state !== TraceState.InProgress || !root) return []
  return [
    {
      traceId,
      experimentId: String(row.experiment),
      clientRequestId: row.client_request_id,
      ...previews(root),
      requestTime: Number(root.startNs / 1_000_000n),
      executionMs: durationMs(root),
      state: stateOf(root),
      metadata: {},
      tags: { 'mlflow.traceName': root.name },
    },
  ]
}

function rootOf(spans: readonly Span[]): Span | undefined {
  return spans.find((span) => span.parentSpanId === '')
}

function durationMs(span: Span): number {
  return Number((span.endNs - span.startNs) / 1_000_000n)
}

function stateOf(root: Span): TraceState {
  return root.status === SpanStatus.Error ? TraceState.Error : TraceState.Ok
}

function previews(root: Span | undefined): Pick<NewTrace, 'requestPreview' | 'responsePreview'> {
  const preview = (key: string): string => {
    const found = root?.attributes.find((attribute) => attribute.key === key)
    if (!found) return ''
    const value = plainValue(found.value)
    return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, limits.preview)
  }
  return {
    requestPreview: preview('mlflow.spanInputs'),
    responsePreview: preview('mlflow.spanOutputs'),
  }
}

export async function getTraceInfo(ctx: Ctx, traceId: string): Promise<TraceInfo> {
  return readScript(ctx, getInfo(ctx, traceId))
}

function* getInfo(ctx: Ctx, traceId: string): Script<TraceInfo> {
  const row = yield* getTraceRow(traceId)
  const [info] = yield* loadTraceInfos(ctx.database.dialect, [row])
  if (!info) throw trackingErrors.TRACKING_TRACE_NOT_FOUND(traceId)
  return info
}

export function* getTraceRow(traceId: string): Script<TraceRow> {
  const row = yield* findTraceRow(traceId)
  if (!row) throw trackingErrors.TRACKING_TRACE_NOT_FOUND(traceId)
  return row
}

/** Traces with their spans; unknown ids are left out. */
export async function getTraces(ctx: Ctx, traceIds: readonly string[]): Promise<Trace[]> {
  if (traceIds.length > limits.traces) {
    throw trackingErrors.TRACKING_INVALID(
      `At most ${limits.traces} traces can be asked for at once, got ${traceIds.length}`,
    )
  }
  return readScript(ctx, loadTraces(ctx.database.dialect, traceIds))
}

export async function getTrace(ctx: Ctx, traceId: string): Promise<Trace> {
  const [trace] = await getTraces(ctx, [traceId])
  if (!trace) throw trackingErrors.TRACKING_TRACE_NOT_FOUND(traceId)
  return trace
}

export async function setTraceTag(
  ctx: Ctx,
  traceId: string,
  tag: { readonly key: string; readonly value: string },
): Promise<void> {
  checkLength('key', tag.key, limits.tagKey)
  const value = tag.value.slice(0, limits.tagValue)
  await runScript(ctx, function* set(): Script<void> {
    const { id } = yield* getTraceRow(traceId)
    yield* upsertPairs(id, 'tag', { [tag.key]: value })
  })
}

export async function deleteTraceTag(ctx: Ctx, traceId: string, key: string): Promise<void> {
  await runScript(ctx, function* remove(): Script<void> {
    const { id } = yield* getTraceRow(traceId)
    const gone = yield* deleteTraceTagRow(id, key)
    if (!gone) throw trackingErrors.TRACKING_TRACE_TAG_NOT_FOUND(key, traceId)
  })
}

export async function linkTraces(
  ctx: Ctx,
  runId: string,
  traceIds: readonly string[],
): Promise<void> {
  await runScript(ctx, function* link(): Script<void> {
    for (const traceId of traceIds) {
      const row = yield* findTraceRow(traceId)
      if (row) yield* linkTraceToRun(row.id, runId)
    }
  })
}

export interface PromptVersion {
  readonly name: string
  readonly version: string
}

const linkedPromptsTag = 'mlflow.linkedPrompts'

/** Says which prompts a trace used, beside those it is known to have used. */
export async function linkPrompts(
  ctx: Ctx,
  traceId: string,
  prompts: readonly PromptVersion[],
): Promise<void> {
  await runScript(ctx, function* link(): Script<void> {
    const { id } = yield* getTraceRow(traceId)
    const { tags } = yield* getInfo(ctx, traceId)
    const known = JSON.parse(tags[linkedPromptsTag] ?? '[]') as PromptVersion[]
    const all = new Map(
      [...known, ...prompts].map((each) => [`${each.name}/${each.version}`, each]),
    )
    yield* upsertPairs(id, 'tag', { [linkedPromptsTag]: JSON.stringify([...all.values()]) })
  })
}

export interface DeleteTracesInput {
  readonly experimentId: string
  readonly traceIds?: readonly string[] | undefined
  /** Epoch milliseconds: traces that began then or before. */
  readonly until?: number | undefined
  readonly most?: number | undefined
}

/** Deletes named traces, or the oldest ones up to a time; answers how many. */
export async function deleteTraces(ctx: Ctx, input: DeleteTracesInput): Promise<number> {
  const { traceIds = [], until } = input
  if (traceIds.length === 0 && until === undefined) {
    throw trackingErrors.TRACKING_INVALID(
      'Either `max_timestamp_millis` or `request_ids` must be specified.',
    )
  }
  const experiment = parseExperimentId(input.experimentId)
  return runScript(ctx, function* remove(): Script<number> {
    const rows: { id: number }[] = []
    for (const traceId of traceIds) {
      const row = yield* findTraceRow(traceId)
      if (row?.experiment === experiment) rows.push(row)
    }
    if (traceIds.length === 0) {
      const oldest = yield* query<{ id: number }>(
        `select id from tracking_trace where experiment = ? and request_time <= ?
         order by request_time, trace_id limit ?`,
        experiment,
        until ?? 0,
        input.most ?? limits.traces,
      )
      rows.push(...oldest)
    }
    return yield* deleteTraceRows(rows.map((row) => row.id))
  })
}

export function newAssessmentId(): string {
  return `a-${newHexId()}`
}
