import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { AuthSecretAclTable } from './tables.ts'

export type SecretPermission = AuthSecretAclTable['permission']

export interface SecretAcl {
  readonly principal: string
  readonly permission: SecretPermission
}

export interface SealedSecret {
  readonly scope: string
  readonly key: string
  readonly sealed: string
  readonly updatedAt: Date
}

/** Whether it was not there before. */
export async function insertScope(
  db: Db,
  scope: { readonly name: string; readonly creator: string; readonly createdAt: Date },
): Promise<boolean> {
  const made = await db
    .insertInto('auth_secret_scope')
    .values({ name: scope.name, creator: scope.creator, created_at: scope.createdAt.getTime() })
    .onConflict((c) => c.column('name').doNothing())
    .returning('name')
    .executeTakeFirst()
  return made !== undefined
}

export async function hasScope(db: Db, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('auth_secret_scope')
    .select('name')
    .where('name', '=', name)
    .executeTakeFirst()
  return row !== undefined
}

export async function listScopeNames(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('auth_secret_scope').select('name').orderBy('name').execute()
  return rows.map((row) => row.name)
}

/** Deletes the scope with its secrets and permissions. */
export async function deleteScope(db: Db, name: string): Promise<void> {
  await db.deleteFrom('auth_secret').where('scope', '=', name).execute()
  await db.deleteFrom('auth_secret_acl').where('scope', '=', name).execute()
  await db.deleteFrom('auth_secret_scope').where('name', '=', name).execute()
}

export async function upsertSecret(db: Db, secret: SealedSecret): Promise<void> {
  const row = { sealed: secret.sealed, updated_at: secret.updatedAt.getTime() }
  await db
    .insertInto('auth_secret')
    .values({ scope: secret.scope, key: secret.key, ...row })
    .onConflict((c) => c.columns(['scope', 'key']).doUpdateSet(row))
    .execute()
}

export async function findSealedSecret(
  db: Db,
  scope: string,
  key: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('auth_secret')
    .select('sealed')
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.sealed
}

/** Names and times, never values. */
export async function listSecretKeys(
  db: Db,
  scope: string,
): Promise<{ readonly key: string; readonly updatedAt: Date }[]> {
  const rows = await db
    .selectFrom('auth_secret')
    .select(['key', 'updated_at'])
    .where('scope', '=', scope)
    .orderBy('key')
    .execute()
  return rows.map((row) => ({ key: row.key, updatedAt: new Date(Number(row.updated_at)) }))
}

/** Whether it was there. */
export async function deleteSecret(db: Db, scope: string, key: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('auth_secret')
    .where('scope', '=', scope)
    .where('key', '=', key)
    .returning('key')
    .executeTakeFirst()
  return gone !== undefined
}

export async function upsertAcl(db: Db, scope: string, acl: SecretAcl): Promise<void> {
  const { permission } = acl
  await db
    .insertInto('auth_secret_acl')
    .values({ scope, principal: acl.principal, permission })
    .onConflict((c) => c.columns(['scope', 'principal']).doUpdateSet({ permission }))
    .execute()
}

export async function listAcls(db: Db, scope: string): Promise<SecretAcl[]> {
  const rows = await db
    .selectFrom('auth_secret_acl')
    .selectAll()
    .where('scope', '=', scope)
    .orderBy('principal')
    .execute()
  return rows.map(toAcl)
}

/** Whether it was there. */
export async function deleteAcl(db: Db, scope: string, principal: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('auth_secret_acl')
    .where('scope', '=', scope)
    .where('principal', '=', principal)
    .returning('principal')
    .executeTakeFirst()
  return gone !== undefined
}

function toAcl(row: Selectable<AuthSecretAclTable>): SecretAcl {
  return { principal: row.principal, permission: row.permission }
}
