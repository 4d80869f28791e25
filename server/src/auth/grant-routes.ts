import { Type } from 'typebox'
import type { App, Ctx, RoutePlugin } from '../core/index.ts'
import { authErrors } from './errors.ts'
import {
  findGrantOfUser,
  getGrantOfUser,
  grantToUser,
  permissionOfUser,
  revokeFromUser,
} from './grant-service.ts'
import { listGrants } from './grant-store.ts'
import { includes } from './permissions.ts'
import { listRolesOfUser } from './role-store.ts'
import { Permission, ResourceType } from './types.ts'
import { getUser } from './user-service.ts'
import {
  closed,
  describeRoute,
  NameQuery,
  permission,
  prefixes,
  resourceType,
  username,
} from './wire.ts'

/** Permissions of single users: MLflow's calls of today, and those of clients before MLflow 3.13. */
export const grantRoutes: RoutePlugin = async (app) => {
  for (const prefix of prefixes) {
    grants(app, prefix)
    lists(app, prefix)
    for (const kind of legacyKinds) legacy(app, prefix, kind)
  }
}

const target = {
  username,
  resource_type: resourceType,
  resource_id: Type.String({
    description: "An experiment's id, a model's or endpoint's name, or * for all.",
  }),
}

function grants(app: App, prefix: string): void {
  const base = `${prefix}/3.0/mlflow/users/permissions`
  const granted = {
    ...describeRoute(
      prefix,
      'Gives a user a permission, in place of the one on the same resource.',
    ),
    body: closed({ ...target, permission }),
  }
  app.post(`${base}/grant`, { schema: granted }, async (request) => {
    const { username: name, resource_type: type, resource_id: id } = request.body
    await grantToUser(request.ctx, name, { type, id, permission: request.body.permission })
    return {}
  })
  const revoked = {
    ...describeRoute(prefix, "Takes a user's own permission on a resource away."),
    body: closed(target),
  }
  app.post(`${base}/revoke`, { schema: revoked }, async (request) => {
    const { username: name, resource_type: type, resource_id: id } = request.body
    await revokeFromUser(request.ctx, name, { type, id })
    return {}
  })
  const asked = {
    ...describeRoute(prefix, 'What a user may do with a resource, from grants, roles and default.'),
    querystring: closed(target),
  }
  app.get(`${base}/get`, { schema: asked }, async (request) => {
    const { username: name, resource_type: type, resource_id: id } = request.query
    const held = await permissionOfUser(request.ctx, name, { type, id })
    return { allowed: includes(held, Permission.Use), permission: held }
  })
}

function lists(app: App, prefix: string): void {
  const base = `${prefix}/3.0/mlflow/users`
  const own = describeRoute(prefix, 'Every grant of the caller, through any role.')
  app.get(`${base}/current/permissions`, { schema: own }, async (request) =>
    grantsOfUser(request.ctx, request.ctx.principal.name),
  )
  const some = {
    ...describeRoute(prefix, 'Every grant of a user, through any role.'),
    querystring: NameQuery,
  }
  app.get(`${base}/permissions/list`, { schema: some }, async (request) =>
    grantsOfUser(request.ctx, request.query.username),
  )
}

async function grantsOfUser(ctx: Ctx, name: string): Promise<object> {
  const user = await getUser(ctx, name)
  const roles = new Map((await listRolesOfUser(ctx.db, user.id)).map((role) => [role.id, role]))
  const found = await listGrants(ctx.db, [...roles.keys()])
  return {
    is_admin: user.isAdmin,
    permissions: found.map((grant) => ({
      role_id: grant.roleId,
      role_name: roles.get(grant.roleId)?.name,
      workspace: 'default',
      resource_type: grant.type,
      resource_pattern: grant.id,
      permission: grant.permission,
    })),
  }
}

interface LegacyKind {
  readonly folder: string
  readonly type: ResourceType
  /** The field that names the resource. */
  readonly field: 'experiment_id' | 'name'
  /** The field of the answer. */
  readonly answer: string
}

const legacyKinds: readonly LegacyKind[] = [
  {
    folder: 'experiments',
    type: ResourceType.Experiment,
    field: 'experiment_id',
    answer: 'experiment_permission',
  },
  {
    folder: 'registered-models',
    type: ResourceType.RegisteredModel,
    field: 'name',
    answer: 'registered_model_permission',
  },
]

function legacy(app: App, prefix: string, kind: LegacyKind): void {
  const base = `${prefix}/2.0/mlflow/${kind.folder}/permissions`
  const named = {
    [kind.field]: Type.String({ description: 'What the permission is on.' }),
    username,
  }
  type Named = { readonly username: string } & Readonly<Record<string, string>>
  const read = (given: unknown) => {
    const { username: name, [kind.field]: id = '' } = given as Named
    return { name, resource: { type: kind.type, id } }
  }
  const give = async (ctx: Ctx, given: unknown) => {
    const { name, resource } = read(given)
    const level = (given as { readonly permission: Permission }).permission
    await grantToUser(ctx, name, { ...resource, permission: level })
    const { id: user_id } = await getUser(ctx, name)
    return { [kind.answer]: { [kind.field]: resource.id, user_id, permission: level } }
  }
  const written = {
    ...describeRoute(prefix, 'A permission of a user, as clients before MLflow 3.13 give it.'),
    body: closed({ ...named, permission }),
  }
  app.post(`${base}/create`, { schema: written }, async (request) => {
    const { name, resource } = read(request.body)
    if (await findGrantOfUser(request.ctx, name, resource)) {
      throw authErrors.AUTH_GRANT_EXISTS(`Permission of ${name} on ${resource.id}`)
    }
    return give(request.ctx, request.body)
  })
  app.patch(`${base}/update`, { schema: written }, async (request) => {
    const { name, resource } = read(request.body)
    await getGrantOfUser(request.ctx, name, resource)
    await give(request.ctx, request.body)
    return {}
  })
  const found = {
    ...describeRoute(prefix, 'The permission that a user was given on a resource.'),
    querystring: closed(named),
  }
  app.get(`${base}/get`, { schema: found }, async (request) => {
    const { name, resource } = read(request.query)
    const grant = await getGrantOfUser(request.ctx, name, resource)
    const { id: user_id } = await getUser(request.ctx, name)
    return { [kind.answer]: { [kind.field]: grant.id, user_id, permission: grant.permission } }
  })
  const taken = {
    ...describeRoute(prefix, 'Takes the permission of a user on a resource away.'),
    body: closed(named),
  }
  app.delete(`${base}/delete`, { schema: taken }, async (request) => {
    const { name, resource } = read(request.body)
    await revokeFromUser(request.ctx, name, resource)
    return {}
  })
}
