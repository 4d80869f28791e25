import multipart from '@fastify/multipart'
import { AppError, findDiskFull, type RoutePlugin } from '../core/index.ts'
import { deploymentRoutes } from './deployment-routes.ts'
import { workspaceErrors } from './errors.ts'
import { fileRoutes } from './file-routes.ts'
import { objectRoutes } from './object-routes.ts'

/** Every route of the room. */
export const workspaceRoutes: RoutePlugin = async (app, options) => {
  const fileSize = app.initialConfig.bodyLimit ?? 0
  await app.register(multipart, { attachFieldsToBody: 'keyValues', limits: { fileSize } })
  app.setErrorHandler((error: Error, request) => {
    // The parser of multipart bodies fails with errors that do not say whose fault it was.
    const isUnread = request.isMultipart() && (request.body ?? undefined) === undefined
    if (!isUnread || error instanceof AppError || findDiskFull(error)) throw error
    if ('statusCode' in error) throw error
    throw workspaceErrors.WORKSPACE_FORM_UNREADABLE(error.message).with({ cause: error })
  })
  await app.register(objectRoutes, options)
  await app.register(deploymentRoutes, options)
  await app.register(fileRoutes, options)
}
