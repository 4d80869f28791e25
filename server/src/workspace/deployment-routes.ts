import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { ListDeploymentsQuery, RecordDeploymentRequest } from './deployment-schema.ts'
import { findDeployment, getDeployment, recordDeployment } from './deployment-service.ts'
import { listDeployments } from './deployment-store.ts'
import type { Deployment } from './types.ts'

/** What was deployed where. */
export const deploymentRoutes: RoutePlugin = async (app) => {
  app.post(
    '/api/millrace/1.0/workspace/deployments',
    {
      schema: {
        operationId: 'recordDeployment',
        tags: ['workspace'],
        body: RecordDeploymentRequest,
      },
    },
    async (request) => {
      const { root_path: rootPath, dirty_diff: dirtyDiff, ...rest } = request.body
      return encodeDeployment(await recordDeployment(request.ctx, { ...rest, rootPath, dirtyDiff }))
    },
  )

  app.get(
    '/api/millrace/1.0/workspace/deployments',
    {
      schema: {
        operationId: 'listDeployments',
        tags: ['workspace'],
        querystring: ListDeploymentsQuery,
      },
    },
    async (request) => {
      const { path, ...query } = request.query
      if (path === undefined) {
        return { deployments: (await listDeployments(request.ctx.db, query)).map(encodeDeployment) }
      }
      const found = await findDeployment(request.ctx, path)
      return { deployments: found ? [encodeDeployment(found)] : [] }
    },
  )

  const params = Type.Object({ id: Type.String({ description: 'The id of a deployment.' }) })
  app.get(
    '/api/millrace/1.0/workspace/deployments/:id',
    { schema: { operationId: 'getDeployment', tags: ['workspace'], params } },
    async (request) => encodeDeployment(await getDeployment(request.ctx, request.params.id)),
  )
}

function encodeDeployment(deployment: Deployment) {
  return {
    id: deployment.id,
    name: deployment.name,
    target: deployment.target,
    root_path: deployment.rootPath,
    commit: deployment.commit ?? null,
    branch: deployment.branch ?? null,
    dirty_diff: deployment.dirtyDiff,
    resources: deployment.resources,
    principal: deployment.principal,
    created_at: deployment.createdAt.getTime(),
  }
}
