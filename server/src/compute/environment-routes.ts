import type { RoutePlugin } from '../core/index.ts'
import {
  EnvironmentDetail,
  EnvironmentPage,
  EnvironmentParams,
  ListEnvironmentsQuery,
  parsePageToken,
  toEnvironmentSummary,
  toPageToken,
} from './environment-schema.ts'
import { findEnvironment, listEnvironments } from './environment-store.ts'
import { computeErrors } from './errors.ts'

export const environmentRoutes: RoutePlugin = async (app) => {
  app.get(
    '/api/millrace/1.0/compute/environments',
    {
      schema: {
        operationId: 'listEnvironments',
        tags: ['compute'],
        querystring: ListEnvironmentsQuery,
        response: { 200: EnvironmentPage },
      },
    },
    async (request) => {
      const { limit, page_token } = request.query
      const after = page_token === undefined ? {} : { after: parsePageToken(page_token) }
      const records = await listEnvironments(request.ctx.db, { limit: limit + 1, ...after })
      const page = records.slice(0, limit)
      const last = page.at(-1)
      return {
        environments: page.map(toEnvironmentSummary),
        ...(records.length > limit && last ? { next_page_token: toPageToken(last) } : {}),
      }
    },
  )

  app.get(
    '/api/millrace/1.0/compute/environments/:hash',
    {
      schema: {
        operationId: 'getEnvironment',
        tags: ['compute'],
        params: EnvironmentParams,
        response: { 200: EnvironmentDetail },
      },
    },
    async (request) => {
      const record = await findEnvironment(request.ctx.db, request.params.hash)
      if (!record) throw computeErrors.COMPUTE_ENVIRONMENT_NOT_FOUND(request.params.hash)
      return { ...toEnvironmentSummary(record), lock: record.lock }
    },
  )
}
