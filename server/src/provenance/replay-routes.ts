import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { parseVersionNode } from './node.ts'
import { getReplay, startReplay } from './replay-service.ts'
import { listReplays } from './replay-store.ts'
import { ReplayState, type Replay } from './types.ts'

const prefix = '/api/millrace/1.0/provenance/replays'
const closed = { additionalProperties: false }
const node = Type.String({ minLength: 1, description: 'model:NAME/VERSION.' })

/** Training a model version again from its pins. */
export const replayRoutes: RoutePlugin = async (app) => {
  app.post(prefix, { schema: { body: Type.Object({ node }, closed) } }, async (request) =>
    encodeReplay(await startReplay(request.ctx, request.body.node)),
  )

  const Listing = Type.Object(
    {
      node,
      limit: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Most replays.' }),
    },
    closed,
  )
  app.get(prefix, { schema: { querystring: Listing } }, async (request) => {
    const { name, version } = parseVersionNode(request.query.node)
    const { limit } = request.query
    const replays = await listReplays(request.ctx.db, { model: name, version, limit })
    return { replays: replays.map(encodeReplay) }
  })

  const One = Type.Object({ id: Type.String({ description: 'Of the replay.' }) })
  app.get(`${prefix}/:id`, { schema: { params: One } }, async (request) =>
    encodeReplay(await getReplay(request.ctx, request.params.id)),
  )
}

export function encodeReplay(replay: Replay): Record<string, unknown> {
  const { pins, compared } = replay
  const hasEnded = replay.state === ReplayState.Identical || replay.state === ReplayState.Different
  return {
    replay_id: replay.id,
    node: `model:${replay.model}/${replay.version}`,
    state: replay.state,
    identical: hasEnded ? replay.state === ReplayState.Identical : null,
    message: replay.message ?? null,
    original_run_id: replay.originalRun,
    replay_run_id: replay.replayRun,
    differences: replay.differences,
    compared: compared
      ? { ...compared, model: compared.model ?? null, predictions: compared.predictions ?? null }
      : null,
    pins: {
      table: `${pins.table}@${pins.tableVersion}`,
      table_gone: pins.tableGone,
      rows: pins.rows,
      rows_sha256: pins.rowsSha256,
      code: pins.code,
      code_sha256: pins.codeSha256,
      environment: pins.environment,
      packages: pins.packages,
      seed: pins.seed,
    },
    principal: replay.principal,
    created_at: replay.createdAt.getTime(),
    ended_at: replay.endedAt?.getTime() ?? null,
  }
}
