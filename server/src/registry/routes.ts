import type { RoutePlugin } from '../core/index.ts'
import { acceptMlflowJson } from '../tracking/index.ts'
import { importRoutes } from './import-routes.ts'
import { modelRoutes } from './model-routes.ts'
import { databricksRoutes, registryOwnRoutes } from './request-routes.ts'
import { versionRoutes } from './version-routes.ts'

/** Every route of the room. */
export const registryRoutes: RoutePlugin = async (app) => {
  acceptMlflowJson(app)
  modelRoutes(app)
  versionRoutes(app)
  databricksRoutes(app)
  registryOwnRoutes(app)
  importRoutes(app)
}
