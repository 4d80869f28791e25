import { Type } from 'typebox'
import type { App, RoutePlugin } from '../core/index.ts'
import { listGrants } from './grant-store.ts'
import { listRolesOfUser } from './role-store.ts'
import { createUser, deleteUser, getUser, setAdmin, setPassword } from './user-service.ts'
import { listUsers } from './user-store.ts'
import {
  closed,
  describeRoute,
  encodeRole,
  encodeUser,
  NameQuery,
  prefixes,
  username,
} from './wire.ts'

const password = Type.String({ description: 'At least 12 characters.' })

/** MLflow's calls about users. */
export const userRoutes: RoutePlugin = async (app) => {
  for (const prefix of prefixes) {
    changes(app, prefix)
    adminChanges(app, prefix)
    reads(app, prefix)
  }
}

function changes(app: App, prefix: string): void {
  const base = `${prefix}/2.0/mlflow/users`
  app.post(
    `${base}/create`,
    {
      schema: {
        ...describeRoute(prefix, 'Creates a user; only an admin may.'),
        body: closed({ username, password }),
      },
    },
    async (request) => {
      const { username: name, password: given } = request.body
      return { user: encodeUser(await createUser(request.ctx, { name, password: given })) }
    },
  )
  app.patch(
    `${base}/update-password`,
    {
      schema: {
        ...describeRoute(prefix, "Sets a user's password; ends the user's tokens."),
        body: closed({
          username,
          password,
          current_password: Type.Optional(
            Type.String({ description: 'The password so far; needed to change your own.' }),
          ),
        }),
      },
    },
    async (request) => {
      const { username: name, password: given, current_password: currentPassword } = request.body
      await setPassword(request.ctx, { name, password: given, currentPassword })
      return {}
    },
  )
}

function adminChanges(app: App, prefix: string): void {
  const base = `${prefix}/2.0/mlflow/users`
  app.patch(
    `${base}/update-admin`,
    {
      schema: {
        ...describeRoute(prefix, 'Makes a user an admin, or no longer one; only an admin may.'),
        body: closed({
          username,
          is_admin: Type.Boolean({ description: 'Whether the user may do everything.' }),
        }),
      },
    },
    async (request) => {
      await setAdmin(request.ctx, request.body.username, request.body.is_admin)
      return {}
    },
  )
  app.delete(
    `${base}/delete`,
    {
      schema: {
        ...describeRoute(prefix, 'Deletes a user with its permissions and tokens.'),
        body: closed({ username }),
      },
    },
    async (request) => {
      await deleteUser(request.ctx, request.body.username)
      return {}
    },
  )
}

function reads(app: App, prefix: string): void {
  const base = `${prefix}/2.0/mlflow/users`
  const one = { ...describeRoute(prefix, 'One user, by its name.'), querystring: NameQuery }
  app.get(`${base}/get`, { schema: one }, async (request) => ({
    user: encodeUser(await getUser(request.ctx, request.query.username)),
  }))
  const current = describeRoute(prefix, 'The user who calls.')
  app.get(`${base}/current`, { schema: current }, async (request) => {
    const { name, isOwner } = request.ctx.principal
    const is_basic_auth = request.ctx.config.auth === 'basic'
    if (!is_basic_auth) return { user: { id: 0, username: name, is_admin: isOwner }, is_basic_auth }
    return { user: encodeUser(await getUser(request.ctx, name)), is_basic_auth }
  })
  const all = describeRoute(prefix, 'Every user; an admin also sees their roles.')
  app.get(`${base}/list`, { schema: all }, async (request) => {
    const { db, principal } = request.ctx
    const users = []
    for (const user of await listUsers(db)) {
      const shown = principal.isOwner || principal.name === user.name
      const roles = shown ? await listRolesOfUser(db, user.id) : []
      const grants = await listGrants(
        db,
        roles.map((role) => role.id),
      )
      users.push({ ...encodeUser(user), roles: roles.map((role) => encodeRole(role, grants)) })
    }
    return { users }
  })
}
