import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { AuthRoleTable } from './tables.ts'
import type { Role } from './types.ts'

export interface NewRole {
  readonly name: string
  readonly description: string | undefined
  readonly userId?: number
}

/** Undefined when the name is taken. */
export async function insertRole(db: Db, role: NewRole): Promise<Role | undefined> {
  const row = await db
    .insertInto('auth_role')
    .values({
      name: role.name,
      description: role.description ?? null,
      user_id: role.userId ?? null,
    })
    .onConflict((oc) => oc.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
  return row && toRole(row)
}

export async function findRole(db: Db, id: number): Promise<Role | undefined> {
  const row = await db.selectFrom('auth_role').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toRole(row)
}

export async function findRoleOfUser(db: Db, userId: number): Promise<Role | undefined> {
  const row = await db
    .selectFrom('auth_role')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row && toRole(row)
}

export async function listRoles(db: Db): Promise<Role[]> {
  return (await db.selectFrom('auth_role').selectAll().orderBy('id').execute()).map(toRole)
}

export async function listRolesOfUser(db: Db, userId: number): Promise<Role[]> {
  const rows = await db
    .selectFrom('auth_role')
    .innerJoin('auth_role_member', 'auth_role_member.role_id', 'auth_role.id')
    .selectAll('auth_role')
    .where('auth_role_member.user_id', '=', userId)
    .orderBy('auth_role.id')
    .execute()
  return rows.map(toRole)
}

/** False when the new name is taken. */
export async function updateRoleRow(
  db: Db,
  id: number,
  change: { readonly name?: string; readonly description?: string },
): Promise<boolean> {
  if (change.name !== undefined) {
    const taken = await db
      .selectFrom('auth_role')
      .select('id')
      .where('name', '=', change.name)
      .where('id', '!=', id)
      .executeTakeFirst()
    if (taken) return false
  }
  await db.updateTable('auth_role').set(change).where('id', '=', id).execute()
  return true
}

export async function deleteRoleRow(db: Db, id: number): Promise<void> {
  await db.deleteFrom('auth_grant').where('role_id', '=', id).execute()
  await db.deleteFrom('auth_role_member').where('role_id', '=', id).execute()
  await db.deleteFrom('auth_role').where('id', '=', id).execute()
}

export interface Membership {
  readonly id: number
  readonly userId: number
  readonly roleId: number
}

export async function insertMember(db: Db, roleId: number, userId: number): Promise<Membership> {
  const row = await db
    .insertInto('auth_role_member')
    .values({ role_id: roleId, user_id: userId })
    .onConflict((oc) => oc.columns(['role_id', 'user_id']).doUpdateSet({ role_id: roleId }))
    .returningAll()
    .executeTakeFirstOrThrow()
  return { id: Number(row.id), userId: Number(row.user_id), roleId: Number(row.role_id) }
}

export async function deleteMember(db: Db, roleId: number, userId: number): Promise<boolean> {
  const result = await db
    .deleteFrom('auth_role_member')
    .where('role_id', '=', roleId)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return Number(result.numDeletedRows) > 0
}

export async function listMembers(db: Db, roleId: number): Promise<Membership[]> {
  const rows = await db
    .selectFrom('auth_role_member')
    .selectAll()
    .where('role_id', '=', roleId)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: Number(row.id),
    userId: Number(row.user_id),
    roleId: Number(row.role_id),
  }))
}

function toRole(row: Selectable<AuthRoleTable>): Role {
  return {
    id: Number(row.id),
    name: row.name,
    description: row.description ?? undefined,
    userId: row.user_id === null ? undefined : Number(row.user_id),
  }
}
