import type { RoutePlugin } from '../core/index.ts'
import { endpointRoutes } from './endpoint-routes.ts'
import { invocationRoutes } from './invocation-routes.ts'
import { scoringRoutes } from './scoring-routes.ts'

/** Every route of the room. */
export const servingRoutes: RoutePlugin = async (app, options) => {
  await endpointRoutes(app, options)
  await invocationRoutes(app, options)
  await scoringRoutes(app, options)
}
