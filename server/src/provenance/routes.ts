import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { edgeRoutes } from './edge-routes.ts'
import { replayRoutes } from './replay-routes.ts'
import { whatWasRoutes } from './what-was-routes.ts'
import { explainVersion } from './why-service.ts'

const Asked = Type.Object(
  { node: Type.String({ minLength: 1, description: 'model:NAME/VERSION.' }) },
  { additionalProperties: false },
)

/** Why a model version is what it is, and making it again. */
export const provenanceRoutes: RoutePlugin = async (app, options) => {
  await edgeRoutes(app, options)
  await replayRoutes(app, options)
  await whatWasRoutes(app, options)
  app.get('/api/millrace/1.0/provenance/why', { schema: { querystring: Asked } }, async (request) =>
    explainVersion(request.ctx, request.query.node),
  )
}
