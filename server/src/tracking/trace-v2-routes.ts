/** Traces as clients of MLflow 2.14 to 2.22 write them: begun and ended by two calls, spans in an artifact. */
import { newHexId, readScript, type App } from '../core/index.ts'
import { endTrace, getTraceInfo, putTrace } from './trace-service.ts'
import { searchTraces } from './trace-search.ts'
import { TraceState, type TraceInfo } from './trace-types.ts'
import { parseExperimentId } from './validation.ts'
import { list } from './wire/encode.ts'
import { f, type Decoded } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'
import { keyValue } from './wire/shapes.ts'

const pairs = f.list(f.message(keyValue).required).or([])

export function traceV2Routes(app: App): void {
  writing(app)
  reading(app)
}

function writing(app: App): void {
  rpc(app, {
    id: 'startTrace',
    method: 'POST',
    path: '/mlflow/traces',
    summary: 'Begins a trace and names it (clients before MLflow 3).',
    request: {
      experiment_id: f.text.required,
      timestamp_ms: f.int,
      request_metadata: pairs,
      tags: pairs,
    },
    handle: async (ctx, input) => {
      const info = await putTrace(ctx, {
        traceId: `tr-${newHexId()}`,
        experimentId: input.experiment_id,
        clientRequestId: '',
        requestPreview: '',
        responsePreview: '',
        requestTime: input.timestamp_ms ?? ctx.now().getTime(),
        executionMs: undefined,
        state: TraceState.InProgress,
        metadata: toMap(input.request_metadata),
        // Its spans are not with us but where the client puts them.
        tags: { ...toMap(input.tags), 'mlflow.trace.spansLocation': 'ARTIFACT_REPO' },
      })
      return { trace_info: encodeV2(info) }
    },
  })
  rpc(app, {
    id: 'endTrace',
    method: 'PATCH',
    path: '/mlflow/traces/:request_id',
    summary: 'Ends a trace (clients before MLflow 3).',
    request: {
      request_id: f.text.required,
      timestamp_ms: f.int,
      status: f.choice<TraceState>({ STATE_UNSPECIFIED: 0, OK: 1, ERROR: 2, IN_PROGRESS: 3 }),
      request_metadata: pairs,
      tags: pairs,
    },
    handle: async (ctx, input) => {
      const info = await endTrace(ctx, {
        traceId: input.request_id,
        endedAt: input.timestamp_ms ?? ctx.now().getTime(),
        state: input.status ?? TraceState.Unspecified,
        metadata: toMap(input.request_metadata),
        tags: toMap(input.tags),
      })
      return { trace_info: encodeV2(info) }
    },
  })
}

function reading(app: App): void {
  rpc(app, {
    id: 'getTraceInfo',
    method: 'GET',
    path: '/mlflow/traces/:request_id/info',
    summary: 'What is known of a trace (clients before MLflow 3).',
    request: { request_id: f.text.required },
    handle: async (ctx, input) => ({
      trace_info: encodeV2(await getTraceInfo(ctx, input.request_id)),
    }),
  })
  rpc(app, {
    id: 'searchTraces',
    method: 'GET',
    path: '/mlflow/traces',
    summary: 'Traces that a filter finds, page by page (clients before MLflow 3).',
    request: {
      experiment_ids: f.list(f.text.required).or([]),
      filter: f.text,
      max_results: f.int.or(100),
      order_by: f.list(f.text.required).or([]),
      page_token: f.text,
    },
    handle: async (ctx, input) => {
      const search = {
        experiments: input.experiment_ids.map(parseExperimentId),
        filter: input.filter,
        maxResults: input.max_results,
        orderBy: input.order_by,
        pageToken: input.page_token,
      }
      const page = await readScript(ctx, searchTraces(ctx.database.dialect, search))
      return {
        ...list('traces', page.traces.map(encodeV2)),
        ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
      }
    },
  })
}

function toMap(given: readonly Decoded<typeof keyValue>[]): Record<string, string> {
  return Object.fromEntries(given.map(({ key, value }) => [key, value]))
}

function encodeV2(info: TraceInfo): object {
  const { state } = info
  const toPairs = (map: Readonly<Record<string, string>>): object[] =>
    Object.entries(map).map(([key, value]) => ({ key, value }))
  return {
    request_id: info.traceId,
    experiment_id: info.experimentId,
    timestamp_ms: info.requestTime,
    ...(info.executionMs === undefined ? {} : { execution_time_ms: Math.round(info.executionMs) }),
    status: state === TraceState.Unspecified ? 'TRACE_STATUS_UNSPECIFIED' : state,
    ...list('request_metadata', toPairs(info.metadata)),
    ...list('tags', toPairs(info.tags)),
  }
}
