import { inTransaction, readScript, type Ctx } from '../core/index.ts'
import { appendAudit } from './audit-store.ts'
import { authErrors } from './errors.ts'
import {
  deleteGrantRow,
  deleteGrantsOn,
  findGrant,
  heldGrants,
  heldGrantsOfType,
  renameGrantsOn,
  upsertGrant,
  type HeldGrant,
  type NewGrant,
} from './grant-store.ts'
import { combine, includes } from './permissions.ts'
import { findRoleOfUser, insertMember, insertRole } from './role-store.ts'
import { Permission, ResourceType, type Grant, type Resource, type Role } from './types.ts'
import { getUser } from './user-service.ts'

const { Read } = Permission

/** What the caller may do with a resource. Admins and the platform's own pipelines may do all. */
export async function permissionOn(ctx: Ctx, resource: Resource): Promise<Permission> {
  const { name, kind, isOwner } = ctx.principal
  if (isOwner || kind === 'service_principal') return Permission.Manage
  const held = await readScript(ctx, heldGrants(name, resource))
  return combine(resource.type, held, ctx.config.defaultPermission)
}

/** What a named user may do with a resource. */
export async function permissionOfUser(
  ctx: Ctx,
  name: string,
  resource: Resource,
): Promise<Permission> {
  const { isAdmin } = await getUser(ctx, name)
  return permissionOn({ ...ctx, principal: { name, kind: 'user', isOwner: isAdmin } }, resource)
}

/** Who may read what of a type: all or none, except for what is named. */
export interface ReadableIds {
  readonly byDefault: boolean
  readonly exceptions: readonly string[]
}

/** Which resources of a type the caller may read; undefined when it may read all of them. */
export async function readableIds(ctx: Ctx, type: ResourceType): Promise<ReadableIds | undefined> {
  const { name, kind, isOwner } = ctx.principal
  if (isOwner || kind === 'service_principal') return undefined
  const held = await readScript(ctx, heldGrantsOfType(name, type))
  const everywhere = held.filter(({ id }) => id === '*')
  const byId = Map.groupBy(
    held.filter(({ id }) => id !== '*'),
    ({ id }) => id,
  )
  const mayRead = (grants: readonly HeldGrant[]): boolean =>
    includes(combine(type, [...everywhere, ...grants], ctx.config.defaultPermission), Read)
  const byDefault = mayRead([])
  const differing = [...byId].filter(([, grants]) => mayRead(grants) !== byDefault)
  return { byDefault, exceptions: differing.map(([id]) => id) }
}

/** Whether the caller may read a resource of a type; undefined when it may read all of them. */
export async function readable(
  ctx: Ctx,
  type: ResourceType,
): Promise<((id: string) => boolean) | undefined> {
  const ids = await readableIds(ctx, type)
  if (!ids) return undefined
  const exceptions = new Set(ids.exceptions)
  return (id) => exceptions.has(id) !== ids.byDefault
}

/** Who makes something manages it. Without `--auth` everyone does, and nothing is kept. */
export async function grantCreator(tx: Ctx, resource: Resource): Promise<void> {
  const { name, kind } = tx.principal
  if (tx.config.auth === 'none' || kind !== 'user') return
  await grantToUser(tx, name, { ...resource, permission: Permission.Manage })
}

/** A resource is gone; another of its name starts without its grants. */
export async function forgetGrants(tx: Ctx, resource: Resource): Promise<void> {
  await deleteGrantsOn(tx.db, resource)
}

/** A resource has a new name; what was granted on it stays granted. */
export async function moveGrants(tx: Ctx, resource: Resource, newId: string): Promise<void> {
  await deleteGrantsOn(tx.db, { ...resource, id: newId })
  await renameGrantsOn(tx.db, resource, newId)
}

/** Gives a user a permission of its own, in place of the one it had on the same resource. */
export async function grantToUser(ctx: Ctx, name: string, grant: NewGrant): Promise<Grant> {
  checkGrant(grant)
  return inTransaction(ctx, async (tx) => {
    const given = await upsertGrant(tx.db, (await roleOfUser(tx, name)).id, grant)
    await auditGrant(tx, `user:${name}`, grant)
    return given
  })
}

export async function findGrantOfUser(
  ctx: Ctx,
  name: string,
  resource: Resource,
): Promise<Grant | undefined> {
  const user = await getUser(ctx, name)
  const role = await findRoleOfUser(ctx.db, user.id)
  return role && findGrant(ctx.db, role.id, resource)
}

export async function getGrantOfUser(ctx: Ctx, name: string, resource: Resource): Promise<Grant> {
  const grant = await findGrantOfUser(ctx, name, resource)
  if (grant) return grant
  const what = `Permission of ${name} on ${describe(resource)}`
  throw authErrors.AUTH_GRANT_NOT_FOUND(what)
}

export async function revokeFromUser(ctx: Ctx, name: string, resource: Resource): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { grantId } = await getGrantOfUser(tx, name, resource)
    await deleteGrantRow(tx.db, grantId)
    await auditGrant(tx, `user:${name}`, { ...resource, permission: undefined })
  })
}

async function roleOfUser(tx: Ctx, name: string): Promise<Role> {
  const { id } = await getUser(tx, name)
  const known = await findRoleOfUser(tx.db, id)
  if (known) return known
  const made = await insertRole(tx.db, {
    name: `__user_${id}__`,
    description: undefined,
    userId: id,
  })
  if (!made) throw authErrors.AUTH_ROLE_EXISTS(`__user_${id}__`)
  await insertMember(tx.db, made.id, id)
  return made
}

export function checkGrant({ type, id, permission }: NewGrant): void {
  if (id === '') throw authErrors.AUTH_GRANT_INVALID('The resource of a permission is missing')
  if (type !== ResourceType.Workspace) return
  if (id !== '*') {
    throw authErrors.AUTH_GRANT_INVALID(
      `Invalid resource_pattern '${id}' for resource_type='workspace'; it takes only '*'`,
    )
  }
  if (permission === Permission.Use || permission === Permission.Manage) return
  throw authErrors.AUTH_GRANT_INVALID(
    `Invalid permission '${permission}' for resource_type='workspace'. Workspace-wide grants accept only: ('MANAGE', 'USE').`,
  )
}

export function describe({ type, id }: Resource): string {
  if (type === ResourceType.Workspace) return 'the workspace'
  return `${type.replace('_', ' ')} '${id}'`
}

export async function auditGrant(
  tx: Ctx,
  subject: string,
  grant: Resource & { readonly permission: Permission | undefined },
): Promise<void> {
  const { type, id, permission = null } = grant
  const data = { resource_type: type, resource_id: id, permission }
  await appendAudit(tx, { action: 'auth.permission_changed', subject, data })
}
