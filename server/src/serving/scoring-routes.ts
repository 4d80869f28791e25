import { Type } from 'typebox'
import type { Ctx, RoutePlugin } from '../core/index.ts'
import { WriteMode } from '../tables/index.ts'
import { scoreBatch } from './scoring-service.ts'
import type { Scoring } from './scoring-store.ts'
import {
  createStream,
  deleteStream,
  findSourceVersion,
  getStream,
  setPaused,
} from './stream-service.ts'
import { listStreamRows, type Stream } from './stream-store.ts'

const prefix = '/api/millrace/1.0/serving'
const modelUri = Type.String({
  description:
    'models:/NAME/3, models:/NAME/Production, models:/NAME@ALIAS or models:/NAME/latest.',
})

const ScoreBatchRequest = Type.Object(
  {
    model: modelUri,
    table: Type.String({ minLength: 1, description: 'Input table.' }),
    version: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Version of the input; the newest when absent.' }),
    ),
    output_table: Type.String({ minLength: 1, description: 'Made when it is not there.' }),
    mode: Type.Enum(WriteMode, {
      default: WriteMode.Append,
      description: 'merge replaces rows with the same key_columns.',
    }),
    key_columns: Type.Array(Type.String(), {
      default: [],
      description: 'Columns of the input that the output keeps.',
    }),
    idempotency_key: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'The same key scores once.' }),
    ),
  },
  { additionalProperties: false },
)

const CreateStreamRequest = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$' }),
    model: modelUri,
    source_table: Type.String({ minLength: 1 }),
    output_table: Type.String({ minLength: 1, description: 'Made when it is not there.' }),
    columns: Type.Array(Type.String(), {
      default: [],
      description: 'Columns of the source that the output keeps; all when empty.',
    }),
    from_version: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'First version to score, 0 for everything; the next one when absent.',
      }),
    ),
  },
  { additionalProperties: false },
)

const one = Type.Object({ name: Type.String({ description: 'Of the stream.' }) })

/** Batch and stream scoring. */
export const scoringRoutes: RoutePlugin = async (app) => {
  app.post(`${prefix}/score-batch`, { schema: { body: ScoreBatchRequest } }, async (request) => {
    const { body } = request
    const scoring = await scoreBatch(request.ctx, {
      model: body.model,
      table: body.table,
      ...(body.version === undefined ? {} : { version: body.version }),
      outputTable: body.output_table,
      mode: body.mode,
      keyColumns: body.key_columns,
      ...(body.idempotency_key === undefined ? {} : { idempotencyKey: body.idempotency_key }),
    })
    return encodeScoring(scoring)
  })

  app.post(`${prefix}/streams`, { schema: { body: CreateStreamRequest } }, async (request) => {
    const { body } = request
    const stream = await createStream(request.ctx, {
      name: body.name,
      model: body.model,
      sourceTable: body.source_table,
      outputTable: body.output_table,
      columns: body.columns,
      ...(body.from_version === undefined ? {} : { fromVersion: body.from_version }),
    })
    return encodeStream(request.ctx, stream)
  })

  app.get(`${prefix}/streams`, async (request) => {
    const streams = await listStreamRows(request.ctx.db)
    return {
      streams: await Promise.all(streams.map((stream) => encodeStream(request.ctx, stream))),
    }
  })

  app.get(`${prefix}/streams/:name`, { schema: { params: one } }, async (request) =>
    encodeStream(request.ctx, await getStream(request.ctx, request.params.name)),
  )

  for (const [verb, isPaused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    app.post(`${prefix}/streams/:name/${verb}`, { schema: { params: one } }, async (request) =>
      encodeStream(request.ctx, await setPaused(request.ctx, request.params.name, isPaused)),
    )
  }

  app.delete(`${prefix}/streams/:name`, { schema: { params: one } }, async (request) => {
    await deleteStream(request.ctx, request.params.name)
    return {}
  })
}

function encodeScoring(scoring: Scoring): Record<string, unknown> {
  return {
    scoring_id: scoring.id,
    model: scoring.model.name,
    version: scoring.model.version,
    flavour: scoring.flavour,
    input_table: scoring.inputTable,
    input_version: scoring.inputVersion,
    output_table: scoring.outputTable,
    // Null while the task that asked has not succeeded.
    output_version: scoring.outputVersion ?? null,
    rows: scoring.rows,
  }
}

async function encodeStream(ctx: Ctx, stream: Stream): Promise<Record<string, unknown>> {
  const sourceVersion = await findSourceVersion(ctx, stream)
  const lag = sourceVersion === undefined ? null : Math.max(0, sourceVersion - stream.cursor)
  return {
    name: stream.name,
    model: stream.model,
    source_table: stream.sourceTable,
    output_table: stream.outputTable,
    columns: stream.columns,
    state: stateOf(stream),
    error: stream.error,
    scored_version: stream.cursor,
    source_version: sourceVersion ?? null,
    lag_versions: lag,
    rows_scored: stream.rowsScored,
    creator: stream.creator,
    created_at: stream.createdAt.getTime(),
    updated_at: stream.updatedAt.getTime(),
  }
}

function stateOf(stream: Stream): string {
  if (stream.isPaused) return 'PAUSED'
  return stream.error === '' ? 'RUNNING' : 'FAILING'
}
