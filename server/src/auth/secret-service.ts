import { inTransaction, type Ctx } from '../core/index.ts'
import { appendAudit } from './audit-store.ts'
import { authErrors } from './errors.ts'
import { openSecret, sealSecret } from './secret-box.ts'
import {
  deleteAcl,
  deleteScope,
  deleteSecret,
  findSealedSecret,
  hasScope,
  insertScope,
  listAcls,
  listScopeNames,
  listSecretKeys,
  upsertAcl,
  upsertSecret,
  type SecretAcl,
  type SecretPermission,
} from './secret-store.ts'

const mostSecrets = 1000
const mostBytes = 128 * 1024
/** Stands for everyone who has an account. */
const everyone = 'users'
const ranks: Readonly<Record<SecretPermission, number>> = { READ: 1, WRITE: 2, MANAGE: 3 }

/** Makes a scope; its creator, and whom they name, may manage it. */
export async function createScope(
  ctx: Ctx,
  input: { readonly scope: string; readonly managedBy?: string },
): Promise<void> {
  const { scope, managedBy } = input
  checkName('secret scope', scope)
  await inTransaction(ctx, async (tx) => {
    const { name: creator } = tx.principal
    if (!(await insertScope(tx.db, { name: scope, creator, createdAt: tx.now() }))) {
      throw authErrors.AUTH_SECRET_SCOPE_EXISTS(scope)
    }
    await upsertAcl(tx.db, scope, { principal: managedBy ?? creator, permission: 'MANAGE' })
    await audit(tx, 'auth.secret_scope_created', { scope })
  })
}

export async function listScopes(ctx: Ctx): Promise<string[]> {
  const visible: string[] = []
  for (const scope of await listScopeNames(ctx.db)) {
    if (await may(ctx, scope, 'READ')) visible.push(scope)
  }
  return visible
}

export async function removeScope(ctx: Ctx, scope: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await require(tx, scope, 'MANAGE')
    await deleteScope(tx.db, scope)
    await audit(tx, 'auth.secret_scope_deleted', { scope })
  })
}

export interface SecretName {
  readonly scope: string
  readonly key: string
}

export async function putSecret(
  ctx: Ctx,
  input: SecretName & { readonly value: Buffer },
): Promise<void> {
  const { scope, key, value } = input
  checkName('secret', key)
  if (value.length > mostBytes) {
    throw authErrors.AUTH_SECRET_VALUE_INVALID(
      `it has ${value.length} bytes, and at most ${mostBytes} are kept`,
    )
  }
  await inTransaction(ctx, async (tx) => {
    await require(tx, scope, 'WRITE')
    const keys = await listSecretKeys(tx.db, scope)
    if (keys.length >= mostSecrets && !keys.some((known) => known.key === key)) {
      throw authErrors.AUTH_SECRET_LIMIT(scope, mostSecrets)
    }
    const sealed = sealSecret(tx, value.toString('base64'))
    await upsertSecret(tx.db, { scope, key, sealed, updatedAt: tx.now() })
    await audit(tx, 'auth.secret_put', { scope, key })
  })
}

/** The value; for a caller with READ on its scope. */
export async function readSecret(ctx: Ctx, { scope, key }: SecretName): Promise<Buffer> {
  await require(ctx, scope, 'READ')
  const sealed = await findSealedSecret(ctx.db, scope, key)
  if (sealed === undefined) throw authErrors.AUTH_SECRET_NOT_FOUND(scope, key)
  return Buffer.from(openSecret(ctx, sealed), 'base64')
}

export async function listSecrets(
  ctx: Ctx,
  scope: string,
): Promise<Awaited<ReturnType<typeof listSecretKeys>>> {
  await require(ctx, scope, 'READ')
  return listSecretKeys(ctx.db, scope)
}

export async function removeSecret(ctx: Ctx, { scope, key }: SecretName): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await require(tx, scope, 'WRITE')
    if (!(await deleteSecret(tx.db, scope, key))) {
      throw authErrors.AUTH_SECRET_NOT_FOUND(scope, key)
    }
    await audit(tx, 'auth.secret_deleted', { scope, key })
  })
}

export async function setAcl(ctx: Ctx, scope: string, acl: SecretAcl): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await require(tx, scope, 'MANAGE')
    await upsertAcl(tx.db, scope, acl)
    await audit(tx, 'auth.secret_acl_put', { scope, ...acl })
  })
}

export async function removeAcl(ctx: Ctx, scope: string, principal: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await require(tx, scope, 'MANAGE')
    if (!(await deleteAcl(tx.db, scope, principal))) {
      throw authErrors.AUTH_SECRET_ACL_NOT_FOUND(scope, principal)
    }
    await audit(tx, 'auth.secret_acl_deleted', { scope, principal })
  })
}

export async function listScopeAcls(ctx: Ctx, scope: string): Promise<SecretAcl[]> {
  await require(ctx, scope, 'MANAGE')
  return listAcls(ctx.db, scope)
}

export async function getAcl(ctx: Ctx, scope: string, principal: string): Promise<SecretAcl> {
  const acl = (await listScopeAcls(ctx, scope)).find((found) => found.principal === principal)
  if (!acl) throw authErrors.AUTH_SECRET_ACL_NOT_FOUND(scope, principal)
  return acl
}

async function require(ctx: Ctx, scope: string, permission: SecretPermission): Promise<void> {
  if (!(await hasScope(ctx.db, scope))) throw authErrors.AUTH_SECRET_SCOPE_NOT_FOUND(scope)
  if (await may(ctx, scope, permission)) return
  throw authErrors.AUTH_SECRET_DENIED(ctx.principal.name, permission, scope)
}

async function may(ctx: Ctx, scope: string, permission: SecretPermission): Promise<boolean> {
  const { name, isOwner, attemptId } = ctx.principal
  if (isOwner) return true
  // Without logins everything is the one owner's, whose tasks read what the owner keeps for them.
  if (ctx.config.auth === 'none' && attemptId !== undefined && permission === 'READ') return true
  return (await listAcls(ctx.db, scope)).some(
    (acl) =>
      (acl.principal === name || acl.principal === everyone) &&
      ranks[acl.permission] >= ranks[permission],
  )
}

function checkName(what: string, name: string): void {
  if (!/^[\w.-]{1,128}$/.test(name)) throw authErrors.AUTH_SECRET_NAME_INVALID(what, name)
}

async function audit(
  tx: Ctx,
  action: string,
  data: { readonly scope: string } & Readonly<Record<string, string>>,
): Promise<void> {
  await appendAudit(tx, { action, subject: `secret-scope:${data.scope}`, data })
}
