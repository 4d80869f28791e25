import type { RoutePlugin } from '../core/index.ts'
import { backfillRoutes } from './backfill/backfill-routes.ts'
import { foresightRoutes } from './foresight-routes.ts'
import { jobRoutes } from './job-routes.ts'
import { destinationRoutes } from './notifications/destination-routes.ts'
import { ownJobRoutes } from './own-routes.ts'
import { permissionRoutes } from './permission-routes.ts'
import { overviewRoutes } from './overview-routes.ts'
import { runRoutes } from './run-routes.ts'
import { settingsTextRoutes } from './settings-text-routes.ts'

/** Every route of the room. */
export const jobsRoutes: RoutePlugin = async (app, options) => {
  await app.register(jobRoutes, options)
  await app.register(runRoutes, options)
  await app.register(ownJobRoutes, options)
  await app.register(foresightRoutes, options)
  await app.register(backfillRoutes, options)
  await app.register(overviewRoutes, options)
  await app.register(settingsTextRoutes, options)
  await app.register(permissionRoutes, options)
  await app.register(destinationRoutes, options)
}
