// Adds tags, summary and hide to route schemas.
import type {} from '@fastify/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../core/index.ts'
import { sendArtifact } from './artifact-routes.ts'
import { artifactPathOf, joinUri } from './artifact-uri.ts'
import { trackingErrors } from './errors.ts'
import { correlationOf, countTogether } from './trace-correlation.ts'
import { queryTraceMetrics } from './trace-metrics.ts'
import type { Aggregation, MetricView } from './trace-metric-types.ts'
import { getTrace, getTraceInfo } from './trace-service.ts'
import { parseExperimentId } from './validation.ts'
import { encodeDouble, list } from './wire/encode.ts'
import { f } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'

/** What is asked of many traces at once, and the files of one. */
export function traceAnalysisRoutes(app: App): void {
  correlation(app)
  metrics(app)
  artifacts(app)
}

const experiments = f.list(f.text.required).or([])

function correlation(app: App): void {
  rpc(app, {
    id: 'calculateTraceFilterCorrelation',
    method: 'POST',
    path: '/mlflow/traces/calculate-filter-correlation',
    major: 3,
    summary: 'How far two filters find the same traces (normalised pointwise mutual information).',
    request: {
      experiment_ids: experiments,
      filter_string1: f.text.required,
      filter_string2: f.text.required,
      base_filter: f.text,
    },
    handle: async (ctx, input) => {
      const counts = await countTogether(ctx, {
        experiments: input.experiment_ids.map(parseExperimentId),
        filters: [input.filter_string1, input.filter_string2],
        base: input.base_filter,
      })
      const { npmi, smoothed } = correlationOf(counts)
      return {
        npmi: encodeDouble(npmi),
        npmi_smoothed: encodeDouble(smoothed),
        filter1_count: counts.first,
        filter2_count: counts.second,
        joint_count: counts.both,
        total_count: counts.all,
      }
    },
  })
}

const aggregation = {
  aggregation_type: f.choice<Aggregation>({
    COUNT: 1,
    SUM: 2,
    AVG: 3,
    PERCENTILE: 4,
    MIN: 5,
    MAX: 6,
  }).required,
  percentile_value: f.double,
}

function metrics(app: App): void {
  rpc(app, {
    id: 'queryTraceMetrics',
    method: 'POST',
    path: '/mlflow/traces/metrics',
    major: 3,
    summary: 'Figures of traces, spans or assessments by time and dimension.',
    request: {
      experiment_ids: experiments,
      view_type: f.choice<MetricView>({ TRACES: 1, SPANS: 2, ASSESSMENTS: 3 }).required,
      metric_name: f.text.required,
      aggregations: f.list(f.message(aggregation).required).or([]),
      dimensions: f.list(f.text.required).or([]),
      filters: f.list(f.text.required).or([]),
      time_interval_seconds: f.int,
      start_time_ms: f.int,
      end_time_ms: f.int,
      max_results: f.int.or(1_000),
    },
    handle: async (ctx, input) => {
      const points = await queryTraceMetrics(ctx, {
        experiments: input.experiment_ids.map(parseExperimentId),
        view: input.view_type,
        metric: input.metric_name,
        aggregations: input.aggregations.map((each) => ({
          type: each.aggregation_type,
          percentile: each.percentile_value,
        })),
        dimensions: input.dimensions,
        filters: input.filters,
        interval: input.time_interval_seconds,
        from: input.start_time_ms,
        until: input.end_time_ms,
        maxResults: input.max_results,
      })
      return list(
        'data_points',
        points.map((point) => ({ metric_name: input.metric_name, ...point })),
      )
    },
  })
}

const querystring = Type.Object({
  request_id: Type.Optional(Type.String({ description: 'The trace.' })),
  path: Type.Optional(
    Type.String({ description: 'An attachment; without it the spans are answered.' }),
  ),
})

interface TraceFile {
  readonly request_id?: string
  readonly path?: string
}

function artifacts(app: App): void {
  for (const major of [2, 3]) {
    app.get<{ Querystring: TraceFile }>(
      `/ajax-api/${major}.0/mlflow/get-trace-artifact`,
      {
        schema: {
          tags: ['mlflow'],
          hide: major !== 3,
          summary: 'Downloads the spans of a trace, or a file attached to it.',
          querystring,
        },
      },
      async (request, reply) => sendTraceFile(request, reply),
    )
  }
}

async function sendTraceFile(
  request: FastifyRequest<{ Querystring: TraceFile }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { request_id: traceId, path } = request.query
  if (!traceId) throw trackingErrors.TRACKING_MISSING_VALUE('request_id')
  if (path) {
    const { tags } = await getTraceInfo(request.ctx, traceId)
    const root = tags['mlflow.artifactLocation'] ?? ''
    return sendArtifact({
      request,
      reply,
      path: artifactPathOf(joinUri(root, `attachments/${path}`)),
    })
  }
  const { spans } = await getTrace(request.ctx, traceId)
  return reply
    .type('application/octet-stream')
    .header('content-disposition', 'attachment; filename="traces.json"')
    .header('x-content-type-options', 'nosniff')
    .send(`{"spans":[${spans.join(',')}]}`)
}
