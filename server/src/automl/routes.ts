import type { RoutePlugin } from '../core/index.ts'
import { searchRoutes, trialRoutes } from './search-routes.ts'

/** Every route of the room. */
export const automlRoutes: RoutePlugin = async (app, options) => {
  await searchRoutes(app, options)
  await trialRoutes(app, options)
}
