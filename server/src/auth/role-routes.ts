import { Type } from 'typebox'
import type { App, Ctx, RoutePlugin } from '../core/index.ts'
import { authErrors } from './errors.ts'
import { listGrants } from './grant-store.ts'
import {
  addRoleGrant,
  assignRole,
  createRole,
  deleteRole,
  getRole,
  removeRoleGrant,
  unassignRole,
  updateRole,
  updateRoleGrant,
} from './role-service.ts'
import { listMembers, listRoles, listRolesOfUser, type Membership } from './role-store.ts'
import type { Role } from './types.ts'
import { getUser } from './user-service.ts'
import {
  closed,
  describeRoute,
  encodeGrant,
  encodeRole,
  NameQuery,
  permission,
  prefixes,
  resourceType,
  roleId,
  RoleQuery,
  username,
} from './wire.ts'

/** MLflow's calls about roles: named sets of grants that users are given together. */
export const roleRoutes: RoutePlugin = async (app) => {
  for (const prefix of prefixes) {
    roles(app, prefix)
    reads(app, prefix)
    roleGrants(app, prefix)
    members(app, prefix)
  }
}

const workspace = Type.String({ description: "A server has one workspace: 'default'." })
const description = Type.Optional(
  Type.Union([Type.String(), Type.Null()], { description: 'What the role is for.' }),
)

function checkWorkspace(given: string | undefined): void {
  if (given === undefined || given === 'default') return
  throw authErrors.AUTH_GRANT_INVALID(`Workspace '${given}' not found; there is only 'default'`)
}

async function encode(ctx: Ctx, found: readonly Role[]): Promise<object[]> {
  const grants = await listGrants(
    ctx.db,
    found.map((role) => role.id),
  )
  return found.map((role) => encodeRole(role, grants))
}

function roles(app: App, prefix: string): void {
  const base = `${prefix}/3.0/mlflow/roles`
  const made = {
    ...describeRoute(prefix, 'Creates a role; only an admin may.'),
    body: closed({ workspace, name: Type.String({ description: 'Its name.' }), description }),
  }
  app.post(`${base}/create`, { schema: made }, async (request) => {
    checkWorkspace(request.body.workspace)
    const { name, description: text } = request.body
    const role = await createRole(request.ctx, { name, description: text ?? undefined })
    return { role: encodeRole(role, []) }
  })
  const changed = {
    ...describeRoute(prefix, 'Renames or describes a role.'),
    body: closed({
      role_id: roleId,
      name: Type.Optional(Type.String({ description: 'Its new name.' })),
      description: Type.Optional(Type.String({ description: 'What the role is for.' })),
    }),
  }
  app.patch(`${base}/update`, { schema: changed }, async (request) => {
    const { role_id: id, ...change } = request.body
    const [role] = await encode(request.ctx, [await updateRole(request.ctx, id, change)])
    return { role }
  })
  const removed = {
    ...describeRoute(prefix, 'Deletes a role; whoever held it loses its permissions.'),
    body: RoleQuery,
  }
  app.delete(`${base}/delete`, { schema: removed }, async (request) => {
    await deleteRole(request.ctx, request.body.role_id)
    return {}
  })
}

function reads(app: App, prefix: string): void {
  const base = `${prefix}/3.0/mlflow/roles`
  const one = { ...describeRoute(prefix, 'One role.'), querystring: RoleQuery }
  app.get(`${base}/get`, { schema: one }, async (request) => {
    const [role] = await encode(request.ctx, [await getRole(request.ctx, request.query.role_id)])
    return { role }
  })
  const all = {
    ...describeRoute(prefix, "Every role, also those that hold one user's own permissions."),
    querystring: closed({ workspace: Type.Optional(workspace) }),
  }
  app.get(`${base}/list`, { schema: all }, async (request) => {
    checkWorkspace(request.query.workspace)
    return { roles: await encode(request.ctx, await listRoles(request.ctx.db)) }
  })
}

const grantId = Type.Integer({ description: 'The number of the permission.' })

function roleGrants(app: App, prefix: string): void {
  const base = `${prefix}/3.0/mlflow/roles/permissions`
  const added = {
    ...describeRoute(prefix, 'Gives a role a permission.'),
    body: closed({
      role_id: roleId,
      resource_type: resourceType,
      resource_pattern: Type.String({ description: 'An id or name, or * for all of the type.' }),
      permission,
    }),
  }
  app.post(`${base}/add`, { schema: added }, async (request) => {
    const { role_id: id, resource_type: type, resource_pattern: pattern } = request.body
    const grant = { type, id: pattern, permission: request.body.permission }
    return { role_permission: encodeGrant(await addRoleGrant(request.ctx, id, grant)) }
  })
  const changed = {
    ...describeRoute(prefix, 'Changes a permission of a role.'),
    body: closed({ role_permission_id: grantId, permission }),
  }
  app.patch(`${base}/update`, { schema: changed }, async (request) => {
    const { role_permission_id: id, permission: level } = request.body
    return { role_permission: encodeGrant(await updateRoleGrant(request.ctx, id, level)) }
  })
  const removed = {
    ...describeRoute(prefix, 'Takes a permission from a role.'),
    body: closed({ role_permission_id: grantId }),
  }
  app.delete(`${base}/remove`, { schema: removed }, async (request) => {
    await removeRoleGrant(request.ctx, request.body.role_permission_id)
    return {}
  })
  const listed = { ...describeRoute(prefix, 'The permissions of a role.'), querystring: RoleQuery }
  app.get(`${base}/list`, { schema: listed }, async (request) => {
    const { id } = await getRole(request.ctx, request.query.role_id)
    return { role_permissions: (await listGrants(request.ctx.db, [id])).map(encodeGrant) }
  })
}

function members(app: App, prefix: string): void {
  const base = `${prefix}/3.0/mlflow`
  const body = closed({ username, role_id: roleId })
  const assigned = { ...describeRoute(prefix, 'Gives a user a role.'), body }
  app.post(`${base}/roles/assign`, { schema: assigned }, async (request) => {
    const { role_id: id, username: name } = request.body
    return { assignment: encodeMember(await assignRole(request.ctx, id, name)) }
  })
  const unassigned = { ...describeRoute(prefix, 'Takes a role from a user.'), body }
  app.delete(`${base}/roles/unassign`, { schema: unassigned }, async (request) => {
    await unassignRole(request.ctx, request.body.role_id, request.body.username)
    return {}
  })
  const who = { ...describeRoute(prefix, 'Who holds a role.'), querystring: RoleQuery }
  app.get(`${base}/roles/users/list`, { schema: who }, async (request) => {
    const { id } = await getRole(request.ctx, request.query.role_id)
    return { assignments: (await listMembers(request.ctx.db, id)).map(encodeMember) }
  })
  const which = { ...describeRoute(prefix, 'The roles of a user.'), querystring: NameQuery }
  app.get(`${base}/users/roles/list`, { schema: which }, async (request) => {
    const { id } = await getUser(request.ctx, request.query.username)
    return { roles: await encode(request.ctx, await listRolesOfUser(request.ctx.db, id)) }
  })
}

function encodeMember({ id, userId, roleId: role }: Membership): object {
  return { id, user_id: userId, role_id: role }
}
