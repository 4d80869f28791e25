import type { RoutePlugin } from '../core/index.ts'
import { checkRoutes } from './check-routes.ts'
import { statementRoutes } from './statement-routes.ts'
import { tableRoutes } from './table-routes.ts'
import { unityRoutes } from './unity-routes.ts'

/** Every route of the room. */
export const tablesRoutes: RoutePlugin = async (app, options) => {
  await app.register(tableRoutes, options)
  await app.register(statementRoutes, options)
  await app.register(unityRoutes, options)
  await app.register(checkRoutes, options)
}
