import multipart from '@fastify/multipart'
import type { RoutePlugin } from '../core/index.ts'
import { deploymentRoutes } from './deployment-routes.ts'
import { fileRoutes } from './file-routes.ts'
import { objectRoutes } from './object-routes.ts'

/** Every route of the room. */
export const workspaceRoutes: RoutePlugin = async (app, options) => {
  const fileSize = app.initialConfig.bodyLimit ?? 0
  await app.register(multipart, { attachFieldsToBody: 'keyValues', limits: { fileSize } })
  await app.register(objectRoutes, options)
  await app.register(deploymentRoutes, options)
  await app.register(fileRoutes, options)
}
