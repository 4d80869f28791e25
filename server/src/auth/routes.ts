import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { secretRoutes } from './secret-routes.ts'
import { listAudit, verifyAudit } from './audit-store.ts'
import { grantRoutes } from './grant-routes.ts'
import { roleRoutes } from './role-routes.ts'
import { scimRoutes } from './scim-routes.ts'
import { tokenRoutes } from './token-routes.ts'
import { userRoutes } from './user-routes.ts'

/** Users, roles, permissions, tokens, secrets, and the audit chain. */
export const authRoutes: RoutePlugin = async (app, options) => {
  await app.register(secretRoutes, options)
  await scimRoutes(app, options)
  await userRoutes(app, options)
  await roleRoutes(app, options)
  await grantRoutes(app, options)
  await tokenRoutes(app, options)

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
