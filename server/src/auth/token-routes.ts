import { Type } from 'typebox'
import { inTransaction, type RoutePlugin } from '../core/index.ts'
import { appendAudit } from './audit-store.ts'
import { authErrors } from './errors.ts'
import { issueToken } from './token-service.ts'
import { deleteToken, listTokensOfUser, type TokenInfo } from './token-store.ts'
import { closed } from './wire.ts'

const base = '/api/2.0/token'
const forever = -1

/** Databricks' personal tokens: a bearer credential for programs, in place of one's password. */
export const tokenRoutes: RoutePlugin = async (app) => {
  const tags = ['auth']
  const made = {
    tags,
    summary: 'Makes a token that acts as the caller; shown only now.',
    body: closed({
      comment: Type.Optional(Type.String({ description: 'What it is for.' })),
      lifetime_seconds: Type.Optional(
        Type.Integer({ description: 'Seconds until it expires; -1 or absent for never.' }),
      ),
    }),
  }
  app.post(`${base}/create`, { schema: made }, async (request) => {
    const { comment = '', lifetime_seconds: seconds = forever } = request.body
    if (seconds !== forever && seconds <= 0) {
      throw authErrors.AUTH_USER_INVALID(
        `lifetime_seconds is ${seconds}; it must be positive, or -1`,
      )
    }
    const { attemptId } = request.ctx.principal
    if (attemptId !== undefined) {
      throw authErrors.AUTH_USER_INVALID('A task has a token of its own and can not make others')
    }
    return inTransaction(request.ctx, async (tx) => {
      const { principal } = tx
      const ttl = seconds === forever ? {} : { ttlMs: seconds * 1000 }
      const { id, token } = await issueToken(tx, { principal, comment, ...ttl })
      const data = { token_id: id, comment, lifetime_seconds: seconds }
      const subject = `user:${principal.name}`
      await appendAudit(tx, { action: 'auth.token_created', subject, data })
      const info = (await listTokensOfUser(tx.db, principal.name)).find((one) => one.id === id)
      return { token_value: token, token_info: info && encode(info) }
    })
  })
  const listed = { tags, summary: "The caller's tokens." }
  app.get(`${base}/list`, { schema: listed }, async (request) => ({
    token_infos: (await listTokensOfUser(request.ctx.db, request.ctx.principal.name)).map(encode),
  }))
  const ended = {
    tags,
    summary: "Ends one of the caller's tokens.",
    body: closed({ token_id: Type.String({ description: 'As listed.' }) }),
  }
  app.post(`${base}/delete`, { schema: ended }, async (request) => {
    const { token_id: id } = request.body
    return inTransaction(request.ctx, async (tx) => {
      const { name } = tx.principal
      const own = (await listTokensOfUser(tx.db, name)).some((token) => token.id === id)
      if (!own) throw authErrors.AUTH_GRANT_NOT_FOUND(`Token ${id}`)
      await deleteToken(tx.db, id)
      const data = { token_id: id }
      await appendAudit(tx, { action: 'auth.token_deleted', subject: `user:${name}`, data })
      return {}
    })
  })
}

function encode(token: TokenInfo): object {
  return {
    token_id: token.id,
    comment: token.comment,
    creation_time: token.createdAt,
    expiry_time: token.expiresAt ?? forever,
  }
}
