import { Type } from 'typebox'
import type { FastifyReply } from 'fastify'
import type { RoutePlugin } from '../core/index.ts'
import { authErrors } from './errors.ts'
import type { User } from './types.ts'
import { findUserById, listUsers } from './user-store.ts'
import { closed } from './wire.ts'

const base = '/api/2.0/preview/scim/v2'
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
/** A server is one workspace. */
const workspaceId = '1'
const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

const ListQuery = closed({
  startIndex: Type.Integer({ default: 1, description: 'Of the first user shown, from 1.' }),
  count: Type.Integer({ minimum: 0, default: 100, description: 'How many users at most.' }),
  filter: Type.Optional(Type.String({ description: 'Only `userName eq "NAME"`.' })),
  attributes: Type.Optional(Type.String({ description: 'Accepted; every attribute is shown.' })),
})

/** Databricks' SCIM as far as clients ask for it: who calls, and who there is. */
export const scimRoutes: RoutePlugin = async (app) => {
  const tags = ['auth']
  const summary = 'What databricks-sdk asks before anything else.'
  // There is no OpenID provider to send it to.
  app.get('/.well-known/databricks-config', { schema: { tags, summary } }, async () => ({
    oidc_endpoint: '',
    workspace_id: workspaceId,
  }))
  app.get(`${base}/Me`, { schema: { tags, summary: 'Who calls.' } }, async (request, reply) => {
    const { name, kind, isOwner } = request.ctx.principal
    reply.header('x-databricks-org-id', workspaceId)
    return { ...encode({ id: name, name, isAdmin: isOwner }), userType: kind }
  })
  const listed = { tags, summary: 'The users, by page.', querystring: ListQuery }
  app.get(`${base}/Users`, { schema: listed }, async (request, reply) => {
    const { startIndex, count, filter } = request.query
    const named = filter === undefined ? undefined : parseFilter(filter)
    const users = (await listUsers(request.ctx.db)).filter(
      (user) => named === undefined || user.name === named,
    )
    const from = Math.max(1, startIndex)
    const page = users.slice(from - 1, from - 1 + count)
    return scim(reply, {
      schemas: [listSchema],
      totalResults: users.length,
      startIndex: from,
      itemsPerPage: page.length,
      Resources: page.map(encode),
    })
  })
  const one = { tags, summary: 'One user.', params: closed({ id: Type.Integer() }) }
  app.get(`${base}/Users/:id`, { schema: one }, async (request, reply) => {
    const user = await findUserById(request.ctx.db, request.params.id)
    if (!user) throw authErrors.AUTH_USER_NOT_FOUND(String(request.params.id))
    return scim(reply, encode(user))
  })
}

function scim(reply: FastifyReply, answer: object): object {
  reply.type('application/scim+json; charset=utf-8')
  return answer
}

function encode(user: Omit<User, 'id'> & { readonly id: number | string }): object {
  return {
    schemas: [userSchema],
    id: String(user.id),
    userName: user.name,
    displayName: user.name,
    active: true,
    entitlements: user.isAdmin ? [{ value: 'workspace-access' }] : [],
    groups: user.isAdmin ? [{ display: 'admins' }] : [],
  }
}

function parseFilter(filter: string): string {
  const name = /^\s*userName\s+eq\s+"?([^"]*)"?\s*$/i.exec(filter)?.[1]
  if (name !== undefined) return name
  throw authErrors.AUTH_USER_INVALID(`Filter '${filter}' is not supported; use userName eq "NAME"`)
}
