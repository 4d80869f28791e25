import type { Selectable } from 'kysely'
import { query, type Db, type Script } from '../core/index.ts'
import type { AuthGrantTable } from './tables.ts'
import type { Grant, Permission, Resource, ResourceType } from './types.ts'

export interface NewGrant extends Resource {
  readonly permission: Permission
}

/** Gives a role a permission, in place of the one it had on the same resource. */
export async function upsertGrant(db: Db, roleId: number, grant: NewGrant): Promise<Grant> {
  const row = await db
    .insertInto('auth_grant')
    .values({
      role_id: roleId,
      resource_type: grant.type,
      resource_pattern: grant.id,
      permission: grant.permission,
    })
    .onConflict((oc) =>
      oc
        .columns(['role_id', 'resource_type', 'resource_pattern'])
        .doUpdateSet({ permission: grant.permission }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  return toGrant(row)
}

export async function findGrant(
  db: Db,
  roleId: number,
  resource: Resource,
): Promise<Grant | undefined> {
  const row = await db
    .selectFrom('auth_grant')
    .selectAll()
    .where('role_id', '=', roleId)
    .where('resource_type', '=', resource.type)
    .where('resource_pattern', '=', resource.id)
    .executeTakeFirst()
  return row && toGrant(row)
}

export async function findGrantById(db: Db, id: number): Promise<Grant | undefined> {
  const row = await db.selectFrom('auth_grant').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toGrant(row)
}

export async function deleteGrantRow(db: Db, id: number): Promise<void> {
  await db.deleteFrom('auth_grant').where('id', '=', id).execute()
}

export async function listGrants(db: Db, roleIds: readonly number[]): Promise<Grant[]> {
  if (roleIds.length === 0) return []
  const rows = await db
    .selectFrom('auth_grant')
    .selectAll()
    .where('role_id', 'in', roleIds)
    .orderBy('id')
    .execute()
  return rows.map(toGrant)
}

/** Forgets what was granted on a resource that is gone. */
export async function deleteGrantsOn(db: Db, { type, id }: Resource): Promise<void> {
  await db
    .deleteFrom('auth_grant')
    .where('resource_type', '=', type)
    .where('resource_pattern', '=', id)
    .execute()
}

/** Grants follow a resource to its new name. */
export async function renameGrantsOn(db: Db, { type, id }: Resource, newId: string): Promise<void> {
  await db
    .updateTable('auth_grant')
    .set({ resource_pattern: newId })
    .where('resource_type', '=', type)
    .where('resource_pattern', '=', id)
    .execute()
}

export interface HeldGrant {
  readonly type: ResourceType
  readonly id: string
  readonly permission: Permission
}

const held = `select g.resource_type as type, g.resource_pattern as id, g.permission
  from auth_user u join auth_role_member m on m.user_id = u.id
  join auth_grant g on g.role_id = m.role_id
  where u.name = ? and (g.resource_type = 'workspace' or g.resource_type = ?`

/** What a user holds on one resource, through any role, and on the workspace. */
export function* heldGrants(user: string, { type, id }: Resource): Script<readonly HeldGrant[]> {
  return yield* query<HeldGrant>(`${held} and g.resource_pattern in (?, '*'))`, user, type, id)
}

/** What a user holds on any resource of a type, and on the workspace. */
export function* heldGrantsOfType(user: string, type: ResourceType): Script<readonly HeldGrant[]> {
  return yield* query<HeldGrant>(`${held})`, user, type)
}

function toGrant(row: Selectable<AuthGrantTable>): Grant {
  return {
    grantId: Number(row.id),
    roleId: Number(row.role_id),
    type: row.resource_type,
    id: row.resource_pattern,
    permission: row.permission,
  }
}
