import type { Selectable } from 'kysely'
import { run, runScript, type Ctx, type Db, type Principal, type Script } from '../core/index.ts'
import type { AuthTokenTable } from './tables.ts'

export interface NewToken {
  readonly id: string
  readonly hash: string
  readonly principal: Principal
  readonly comment: string
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
}

// Every attempt of a task gets a token and loses it: these two are scripts.

export async function insertToken(ctx: Ctx, token: NewToken): Promise<void> {
  await runScript(ctx, () =>
    run(
      `insert into auth_token
         (id, hash, principal, kind, is_owner, attempt_id, comment, created_at, expires_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      token.id,
      token.hash,
      token.principal.name,
      token.principal.kind,
      token.principal.isOwner ? 1 : 0,
      token.principal.attemptId ?? null,
      token.comment,
      token.createdAt.getTime(),
      token.expiresAt?.getTime() ?? null,
    ),
  )
}

export async function deleteTokensOfAttempts(
  ctx: Ctx,
  attemptIds: readonly string[],
): Promise<void> {
  if (attemptIds.length > 0) await runScript(ctx, () => tokensOfAttemptsScript(ctx, attemptIds))
}

function* tokensOfAttemptsScript(ctx: Ctx, attemptIds: readonly string[]): Script<void> {
  if (ctx.database.dialect === 'postgres') {
    const ids = 'select json_array_elements_text(?::json)'
    yield* run(`delete from auth_token where attempt_id in (${ids})`, JSON.stringify(attemptIds))
    return
  }
  for (const id of attemptIds) yield* run('delete from auth_token where attempt_id = ?', id)
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

export async function deleteToken(db: Db, id: string): Promise<void> {
  await db.deleteFrom('auth_token').where('id', '=', id).execute()
}

export async function deleteTokensOfUser(db: Db, user: string): Promise<void> {
  await db
    .deleteFrom('auth_token')
    .where('principal', '=', user)
    .where('kind', '=', 'user')
    .execute()
}

/** A token acts with the rights its user has now, not with those of the day it was made. */
export async function setOwnerOfTokens(db: Db, user: string, isOwner: boolean): Promise<void> {
  await db
    .updateTable('auth_token')
    .set({ is_owner: isOwner ? 1 : 0 })
    .where('principal', '=', user)
    .where('kind', '=', 'user')
    .execute()
}

export interface TokenInfo {
  readonly id: string
  readonly comment: string
  readonly createdAt: number
  readonly expiresAt: number | undefined
}

/** The tokens that a user made, not those of attempts. */
export async function listTokensOfUser(db: Db, user: string): Promise<TokenInfo[]> {
  const rows = await db
    .selectFrom('auth_token')
    .select(['id', 'comment', 'created_at', 'expires_at'])
    .where('principal', '=', user)
    .where('kind', '=', 'user')
    .where('attempt_id', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    comment: row.comment,
    createdAt: Number(row.created_at),
    expiresAt: row.expires_at === null ? undefined : Number(row.expires_at),
  }))
}

function toPrincipal(row: Selectable<AuthTokenTable>): Principal {
  return {
    name: row.principal,
    kind: row.kind,
    isOwner: row.is_owner === 1,
    ...(row.attempt_id === null ? {} : { attemptId: row.attempt_id }),
  }
}
