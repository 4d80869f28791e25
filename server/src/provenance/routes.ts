import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { edgeRoutes } from './edge-routes.ts'
import { replayVersion } from './replay-service.ts'
import { explainVersion } from './why-service.ts'

const prefix = '/api/millrace/1.0/provenance'
const Asked = Type.Object(
  { node: Type.String({ minLength: 1, description: 'model:NAME/VERSION.' }) },
  { additionalProperties: false },
)

/** Why a model version is what it is, and making it again. */
export const provenanceRoutes: RoutePlugin = async (app, options) => {
  await edgeRoutes(app, options)
  app.get(`${prefix}/why`, { schema: { querystring: Asked } }, async (request) =>
    explainVersion(request.ctx, request.query.node),
  )

  app.post(`${prefix}/replay`, { schema: { body: Asked } }, async (request) => {
    const replay = await replayVersion(request.ctx, request.body.node)
    return {
      node: replay.node,
      original_run_id: replay.originalRun,
      replay_run_id: replay.replayRun,
      identical: replay.identical,
      differences: replay.differences,
      pins: replay.pins,
      compared: replay.compared,
    }
  })
}
