import type { RoutePlugin } from '../core/index.ts'
import { statementRoutes } from './statement-routes.ts'
import { tableRoutes } from './table-routes.ts'

/** Every route of the room. */
export const tablesRoutes: RoutePlugin = async (app, options) => {
  await app.register(tableRoutes, options)
  await app.register(statementRoutes, options)
}
