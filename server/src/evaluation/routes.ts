import type { RoutePlugin } from '../core/index.ts'
import { acceptMlflowJson } from '../tracking/index.ts'
import { datasetRoutes } from './dataset-routes.ts'
import { scorerRoutes } from './scorer-routes.ts'

/** Every route of the room. */
export const evaluationRoutes: RoutePlugin = async (app) => {
  acceptMlflowJson(app)
  datasetRoutes(app)
  scorerRoutes(app)
}
