import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { secretRoutes } from './secret-routes.ts'
import { listAudit, verifyAudit } from './audit-store.ts'

/** Who am I, secrets, and the audit chain. */
export const authRoutes: RoutePlugin = async (app, options) => {
  await app.register(secretRoutes, options)
  app.get('/api/2.0/preview/scim/v2/Me', async (request, reply) => {
    const { name, kind, isOwner } = request.ctx.principal
    reply.header('x-databricks-org-id', '1')
    return {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      id: name,
      userName: name,
      displayName: name,
      active: true,
      entitlements: isOwner ? [{ value: 'workspace-access' }] : [],
      groups: isOwner ? [{ display: 'admins' }] : [],
      userType: kind,
    }
  })

  const page = Type.Object({
    after: Type.Integer({ minimum: 0, default: 0, description: 'Only entries after this seq.' }),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    subject: Type.Optional(
      Type.String({ description: 'Lineage node, for example model:churn/3.' }),
    ),
  })
  app.get('/api/millrace/1.0/auth/audit', { schema: { querystring: page } }, async (request) => {
    const { after, limit, subject } = request.query
    const entries = await listAudit(request.ctx.db, {
      after,
      limit,
      ...(subject === undefined ? {} : { subject }),
    })
    return { entries, next_after: entries.at(-1)?.seq ?? after }
  })

  app.get('/api/millrace/1.0/auth/audit/verify', async (request) => verifyAudit(request.ctx.db))
}
