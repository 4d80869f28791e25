import { Type, type TObject, type TProperties } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { authErrors } from './errors.ts'
import {
  createScope,
  getAcl,
  listScopeAcls,
  listScopes,
  listSecrets,
  putSecret,
  readSecret,
  removeAcl,
  removeScope,
  removeSecret,
  setAcl,
} from './secret-service.ts'

function closed<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false })
}

const scope = Type.String({ description: 'The scope.' })
const key = Type.String({ description: 'The name of the secret in its scope.' })
const principal = Type.String({ description: "A user, a service principal, or 'users' for all." })
const permission = Type.Union(
  [Type.Literal('READ'), Type.Literal('WRITE'), Type.Literal('MANAGE')],
  { description: 'Each one includes those before it.' },
)
const Scope = closed({ scope })
const Secret = closed({ scope, key })
const CreateScope = closed({
  scope,
  initial_manage_principal: Type.Optional(principal),
  scope_backend_type: Type.Optional(
    Type.Literal('DATABRICKS', { description: 'Secrets are kept by this server, encrypted.' }),
  ),
})
const PutSecret = closed({
  scope,
  key,
  string_value: Type.Optional(Type.String({ description: 'The value as text.' })),
  bytes_value: Type.Optional(Type.String({ description: 'The value in base64.' })),
})
const Acl = closed({ scope, principal })
const PutAcl = closed({ scope, principal, permission })
const base = '/api/2.0/secrets'
const tags = ['auth']

/** The Databricks secrets API. Values are sealed in the database and masked in task logs. */
export const secretRoutes: RoutePlugin = async (app, options) => {
  await app.register(scopeRoutes, options)
  await app.register(valueRoutes, options)
  await app.register(aclRoutes, options)
}

const scopeRoutes: RoutePlugin = async (app) => {
  app.post(
    `${base}/scopes/create`,
    { schema: { tags, body: CreateScope } },
    async ({ ctx, body }) => {
      const managedBy = body.initial_manage_principal
      await createScope(ctx, { scope: body.scope, ...(managedBy ? { managedBy } : {}) })
      return {}
    },
  )
  app.get(`${base}/scopes/list`, { schema: { tags } }, async ({ ctx }) => ({
    scopes: (await listScopes(ctx)).map((name) => ({ name, backend_type: 'DATABRICKS' })),
  }))
  app.post(`${base}/scopes/delete`, { schema: { tags, body: Scope } }, async ({ ctx, body }) => {
    await removeScope(ctx, body.scope)
    return {}
  })
}

const valueRoutes: RoutePlugin = async (app) => {
  app.post(`${base}/put`, { schema: { tags, body: PutSecret } }, async ({ ctx, body }) => {
    await putSecret(ctx, { scope: body.scope, key: body.key, value: valueOf(body) })
    return {}
  })
  app.get(`${base}/get`, { schema: { tags, querystring: Secret } }, async ({ ctx, query }) => ({
    key: query.key,
    value: (await readSecret(ctx, query)).toString('base64'),
  }))
  app.get(`${base}/list`, { schema: { tags, querystring: Scope } }, async ({ ctx, query }) => ({
    secrets: (await listSecrets(ctx, query.scope)).map((secret) => ({
      key: secret.key,
      last_updated_timestamp: secret.updatedAt.getTime(),
    })),
  }))
  app.post(`${base}/delete`, { schema: { tags, body: Secret } }, async ({ ctx, body }) => {
    await removeSecret(ctx, body)
    return {}
  })
}

function valueOf(body: { readonly string_value?: string; readonly bytes_value?: string }): Buffer {
  const { string_value: text, bytes_value: bytes } = body
  if ((text === undefined) === (bytes === undefined)) {
    throw authErrors.AUTH_SECRET_VALUE_INVALID('give one of string_value and bytes_value')
  }
  if (text !== undefined) return Buffer.from(text)
  if (bytes === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(bytes)) {
    throw authErrors.AUTH_SECRET_VALUE_INVALID('bytes_value must be base64')
  }
  return Buffer.from(bytes, 'base64')
}

const aclRoutes: RoutePlugin = async (app) => {
  app.post(`${base}/acls/put`, { schema: { tags, body: PutAcl } }, async ({ ctx, body }) => {
    await setAcl(ctx, body.scope, { principal: body.principal, permission: body.permission })
    return {}
  })
  app.get(`${base}/acls/get`, { schema: { tags, querystring: Acl } }, async ({ ctx, query }) =>
    getAcl(ctx, query.scope, query.principal),
  )
  app.get(
    `${base}/acls/list`,
    { schema: { tags, querystring: Scope } },
    async ({ ctx, query }) => ({
      items: await listScopeAcls(ctx, query.scope),
    }),
  )
  app.post(`${base}/acls/delete`, { schema: { tags, body: Acl } }, async ({ ctx, body }) => {
    await removeAcl(ctx, body.scope, body.principal)
    return {}
  })
}
