import { inTransaction, type Ctx } from '../core/index.ts'
import { appendAudit, type NewAuditEntry } from './audit-store.ts'
import { authErrors } from './errors.ts'
import { auditGrant, checkGrant, describe } from './grant-service.ts'
import {
  deleteGrantRow,
  findGrant,
  findGrantById,
  upsertGrant,
  type NewGrant,
} from './grant-store.ts'
import {
  deleteMember,
  deleteRoleRow,
  findRole,
  insertMember,
  insertRole,
  listRolesOfUser,
  updateRoleRow,
  type Membership,
} from './role-store.ts'
import type { Grant, Permission, Role } from './types.ts'
import { getUser } from './user-service.ts'
import { findUser } from './user-store.ts'

export interface CreateRoleInput {
  readonly name: string
  readonly description?: string | undefined
}

export async function createRole(ctx: Ctx, input: CreateRoleInput): Promise<Role> {
  checkRoleName(input.name)
  return inTransaction(ctx, async (tx) => {
    const role = await insertRole(tx.db, { name: input.name, description: input.description })
    if (!role) throw authErrors.AUTH_ROLE_EXISTS(input.name)
    await appendAudit(tx, roleAudit('role_created', role))
    return role
  })
}

export async function getRole(ctx: Ctx, id: number): Promise<Role> {
  const role = await findRole(ctx.db, id)
  if (!role) throw authErrors.AUTH_ROLE_NOT_FOUND(id)
  return role
}

/** The groups that the caller is in: the roles with a name, and `users`, which is everybody. */
export async function groupsOf(ctx: Ctx): Promise<string[]> {
  const user = await findUser(ctx.db, ctx.principal.name)
  const roles = user ? await listRolesOfUser(ctx.db, user.id) : []
  return ['users', ...roles.flatMap((role) => (role.userId === undefined ? [role.name] : []))]
}

export async function updateRole(
  ctx: Ctx,
  id: number,
  change: { readonly name?: string; readonly description?: string },
): Promise<Role> {
  if (change.name === undefined && change.description === undefined) {
    throw authErrors.AUTH_GRANT_INVALID(
      "At least one of 'name' or 'description' must be provided to update a role.",
    )
  }
  if (change.name !== undefined) checkRoleName(change.name)
  return inTransaction(ctx, async (tx) => {
    const role = await getNamedRole(tx, id)
    if (!(await updateRoleRow(tx.db, id, change))) {
      throw authErrors.AUTH_ROLE_EXISTS(change.name ?? role.name)
    }
    await appendAudit(tx, roleAudit('role_changed', role, change))
    return getRole(tx, id)
  })
}

/** Deletes a role with its grants; whoever held it loses them. */
export async function deleteRole(ctx: Ctx, id: number): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const role = await getNamedRole(tx, id)
    await deleteRoleRow(tx.db, id)
    await appendAudit(tx, roleAudit('role_deleted', role))
  })
}

export async function addRoleGrant(ctx: Ctx, roleId: number, grant: NewGrant): Promise<Grant> {
  checkGrant(grant)
  return inTransaction(ctx, async (tx) => {
    const role = await getNamedRole(tx, roleId)
    if (await findGrant(tx.db, roleId, grant)) {
      throw authErrors.AUTH_GRANT_EXISTS(`Permission of role ${role.name} on ${describe(grant)}`)
    }
    const given = await upsertGrant(tx.db, roleId, grant)
    await auditGrant(tx, `role:${role.name}`, grant)
    return given
  })
}

export async function updateRoleGrant(
  ctx: Ctx,
  grantId: number,
  permission: Permission,
): Promise<Grant> {
  return inTransaction(ctx, async (tx) => {
    const { type, id, roleId } = await getGrant(tx, grantId)
    checkGrant({ type, id, permission })
    const role = await getRole(tx, roleId)
    const given = await upsertGrant(tx.db, roleId, { type, id, permission })
    await auditGrant(tx, `role:${role.name}`, { type, id, permission })
    return given
  })
}

export async function removeRoleGrant(ctx: Ctx, grantId: number): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { type, id, roleId } = await getGrant(tx, grantId)
    const role = await getRole(tx, roleId)
    await deleteGrantRow(tx.db, grantId)
    await auditGrant(tx, `role:${role.name}`, { type, id, permission: undefined })
  })
}

async function getGrant(ctx: Ctx, grantId: number): Promise<Grant> {
  const grant = await findGrantById(ctx.db, grantId)
  if (!grant) throw authErrors.AUTH_GRANT_NOT_FOUND(`Role permission with id=${grantId}`)
  return grant
}

export async function assignRole(ctx: Ctx, roleId: number, user: string): Promise<Membership> {
  return inTransaction(ctx, async (tx) => {
    const role = await getNamedRole(tx, roleId)
    const member = await insertMember(tx.db, roleId, (await getUser(tx, user)).id)
    await appendAudit(tx, roleAudit('role_assigned', role, { user }))
    return member
  })
}

export async function unassignRole(ctx: Ctx, roleId: number, user: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const role = await getNamedRole(tx, roleId)
    if (!(await deleteMember(tx.db, roleId, (await getUser(tx, user)).id))) {
      throw authErrors.AUTH_GRANT_NOT_FOUND(`Role ${role.name} of user ${user}`)
    }
    await appendAudit(tx, roleAudit('role_unassigned', role, { user }))
  })
}

/** The role that holds a user's own grants lives and dies with the user. */
async function getNamedRole(ctx: Ctx, id: number): Promise<Role> {
  const role = await getRole(ctx, id)
  if (role.userId === undefined) return role
  throw authErrors.AUTH_GRANT_INVALID(
    `Role ${role.name} holds one user's own permissions; grant and revoke those on the user`,
  )
}

function checkRoleName(name: string): void {
  if (name.trim() === '') throw authErrors.AUTH_GRANT_INVALID('Role name cannot be empty.')
  if (!/^__user_\d+__$/.test(name)) return
  throw authErrors.AUTH_GRANT_INVALID(`Role name '${name}' is kept for users' own permissions`)
}

function roleAudit(
  action: string,
  role: Role,
  data: Readonly<Record<string, unknown>> = {},
): NewAuditEntry {
  return { action: `auth.${action}`, subject: `role:${role.name}`, data }
}
