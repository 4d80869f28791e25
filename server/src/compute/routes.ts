import type { RoutePlugin } from '../core/index.ts'
import { environmentRoutes } from './environment-routes.ts'
import { garbageRoutes } from './garbage-routes.ts'

/** Every route of the room. */
export const computeRoutes: RoutePlugin = async (app, options) => {
  await app.register(environmentRoutes, options)
  await app.register(garbageRoutes, options)
}
