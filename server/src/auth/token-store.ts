import type { Selectable } from 'kysely'
import type { Db, Principal } from '../core/index.ts'
import type { AuthTokenTable } from './tables.ts'

export interface NewToken {
  readonly id: string
  readonly hash: string
  readonly principal: Principal
  readonly comment: string
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
}

export async function insertToken(db: Db, token: NewToken): Promise<void> {
  await db
    .insertInto('auth_token')
    .values({
      id: token.id,
      hash: token.hash,
      principal: token.principal.name,
      kind: token.principal.kind,
      is_owner: token.principal.isOwner ? 1 : 0,
      attempt_id: token.principal.attemptId ?? null,
      comment: token.comment,
      created_at: token.createdAt.getTime(),
      expires_at: token.expiresAt?.getTime() ?? null,
    })
    .execute()
}

/** The principal of a token that is still valid at `now`. */
export async function findTokenPrincipal(
  db: Db,
  hash: string,
  now: Date,
): Promise<Principal | undefined> {
  const row = await db
    .selectFrom('auth_token')
    .selectAll()
    .where('hash', '=', hash)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now.getTime())]))
    .executeTakeFirst()
  return row && toPrincipal(row)
}

export async function deleteTokensOfAttempt(db: Db, attemptId: string): Promise<void> {
  await db.deleteFrom('auth_token').where('attempt_id', '=', attemptId).execute()
}

export async function deleteToken(db: Db, id: string): Promise<void> {
  await db.deleteFrom('auth_token').where('id', '=', id).execute()
}

function toPrincipal(row: Selectable<AuthTokenTable>): Principal {
  return {
    name: row.principal,
    kind: row.kind,
    isOwner: row.is_owner === 1,
    ...(row.attempt_id === null ? {} : { attemptId: row.attempt_id }),
  }
}
