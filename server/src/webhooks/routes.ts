import type { RoutePlugin } from '../core/index.ts'
import { registryWebhookRoutes } from './databricks-routes.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { mlflowWebhookRoutes } from './mlflow-routes.ts'

/** Every route of the room. */
export const webhooksRoutes: RoutePlugin = async (app, options) => {
  await app.register(mlflowWebhookRoutes, options)
  await app.register(registryWebhookRoutes, options)
  await app.register(deliveryRoutes, options)
}
