import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  inTransaction,
  readScript,
  systemPrincipal,
  type Ctx,
  type Principal,
} from '../core/index.ts'
import { appendAudit, type NewAuditEntry } from './audit-store.ts'
import { authErrors } from './errors.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { deleteTokensOfUser, setOwnerOfTokens } from './token-store.ts'
import type { User } from './types.ts'
import {
  countAdmins,
  deleteUserRow,
  findLogin,
  findUser,
  insertUser,
  updateUser,
  type UserWithHash,
} from './user-store.ts'

const shortestPassword = 12
const longestName = 255

export interface CreateUserInput {
  readonly name: string
  readonly password: string
  readonly isAdmin?: boolean
}

export async function createUser(ctx: Ctx, input: CreateUserInput): Promise<User> {
  checkName(input.name)
  checkPassword(input.password)
  const passwordHash = await hashPassword(input.password)
  const { name, isAdmin = false } = input
  const user = await inTransaction(ctx, async (tx) => {
    const made = await insertUser(tx.db, { name, passwordHash, isAdmin, createdAt: tx.now() })
    if (!made) throw authErrors.AUTH_USER_EXISTS(name)
    await appendAudit(tx, userAudit('user_created', made, { is_admin: isAdmin }))
    return made
  })
  verified.set(name, { passwordHash, digest: digestOf(input.password) })
  return user
}

export async function getUser(ctx: Ctx, name: string): Promise<UserWithHash> {
  const user = await findUser(ctx.db, name)
  if (!user) throw authErrors.AUTH_USER_NOT_FOUND(name)
  return user
}

export interface SetPasswordInput {
  readonly name: string
  readonly password: string
  /** Needed from users who change their own. */
  readonly currentPassword?: string | undefined
}

/** Sets a password; the user's tokens end with the old one. */
export async function setPassword(ctx: Ctx, input: SetPasswordInput): Promise<void> {
  const { name, password } = input
  checkPassword(password)
  const user = await getUser(ctx, name)
  if (ctx.principal.name === name) await checkCurrentPassword(user, input)
  const passwordHash = await hashPassword(password)
  await inTransaction(ctx, async (tx) => {
    await updateUser(tx.db, user.id, { passwordHash })
    await deleteTokensOfUser(tx.db, name)
    await appendAudit(tx, userAudit('password_changed', user))
  })
}

async function checkCurrentPassword(user: UserWithHash, input: SetPasswordInput): Promise<void> {
  if (!input.currentPassword) {
    throw authErrors.AUTH_USER_INVALID(
      'Current password is required when changing your own password.',
    )
  }
  if (!(await verifyPassword(input.currentPassword, user.passwordHash))) {
    throw authErrors.AUTH_USER_INVALID('Current password does not match.')
  }
  if (input.password === input.currentPassword) {
    throw authErrors.AUTH_USER_INVALID('New password must differ from the current password.')
  }
}

export async function setAdmin(ctx: Ctx, name: string, isAdmin: boolean): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const user = await getUser(tx, name)
    if (user.isAdmin === isAdmin) return
    if (user.isAdmin) await refuseLastAdmin(tx, user)
    await updateUser(tx.db, user.id, { isAdmin })
    await setOwnerOfTokens(tx.db, name, isAdmin)
    await appendAudit(tx, userAudit('admin_changed', user, { is_admin: isAdmin }))
  })
}

/** Deletes a user with its grants, memberships and tokens; what it made stays. */
export async function deleteUser(ctx: Ctx, name: string): Promise<void> {
  if (ctx.principal.name === name) throw authErrors.AUTH_SELF_DELETED()
  await inTransaction(ctx, async (tx) => {
    const user = await getUser(tx, name)
    if (user.isAdmin) await refuseLastAdmin(tx, user)
    await deleteUserRow(tx.db, user.id)
    await deleteTokensOfUser(tx.db, name)
    await appendAudit(tx, userAudit('user_deleted', user))
  })
}

async function refuseLastAdmin(tx: Ctx, user: User): Promise<void> {
  if ((await countAdmins(tx.db)) === 1) throw authErrors.AUTH_LAST_ADMIN(user.name)
}

function userAudit(
  action: string,
  user: User,
  data: Readonly<Record<string, unknown>> = {},
): NewAuditEntry {
  return { action: `auth.${action}`, subject: `user:${user.name}`, data }
}

const cacheKey = randomBytes(32)
const verified = new Map<string, { readonly passwordHash: string; readonly digest: Buffer }>()
let nobody: Promise<string> | undefined

/**
 * The principal of a user name and password. A password is hashed once and then remembered, as a
 * keyed digest, for as long as the stored hash stays the same: a change counts at once, also one
 * made through another server of the same database.
 */
export async function authenticate(ctx: Ctx, name: string, password: string): Promise<Principal> {
  const user = await readScript(ctx, findLogin(name))
  const digest = digestOf(password)
  const known = user && verified.get(name)
  if (
    !known ||
    known.passwordHash !== user.passwordHash ||
    !timingSafeEqual(known.digest, digest)
  ) {
    // An unknown name takes as long as a wrong password.
    nobody ??= hashPassword(randomBytes(16).toString('hex'))
    const holds = await verifyPassword(password, user?.passwordHash ?? (await nobody))
    if (!user || !holds) throw authErrors.AUTH_PASSWORD_WRONG()
    verified.set(name, { passwordHash: user.passwordHash, digest })
  }
  return { name, kind: 'user', isOwner: user.isAdmin }
}

function digestOf(password: string): Buffer {
  return createHmac('sha256', cacheKey).update(password).digest()
}

/**
 * Makes the first admin of a server that has none, with the password of the settings or a random
 * one. Returns the random one: it is shown once and kept nowhere.
 */
export async function bootstrapAdmin(ctx: Ctx): Promise<string | undefined> {
  if (ctx.config.auth === 'none' || (await countAdmins(ctx.db)) > 0) return undefined
  const given = ctx.config.adminPassword
  const password = given ?? randomBytes(18).toString('base64url')
  const system = { ...ctx, principal: systemPrincipal }
  await createUser(system, { name: ctx.config.adminUser, password, isAdmin: true })
  return given === undefined ? password : undefined
}

function checkName(name: string): void {
  if (name === '') throw authErrors.AUTH_USER_INVALID('Username cannot be empty.')
  const problem =
    (name.length > longestName && `longer than ${longestName} characters`) ||
    (/[:\p{Cc}]/u.test(name) && 'a colon or a control character in it') ||
    (name !== name.trim() && 'a space at its beginning or end') ||
    (name === systemPrincipal.name && "the platform's own name")
  if (problem) throw authErrors.AUTH_USER_INVALID(`Username '${name}' is refused: ${problem}`)
}

function checkPassword(password: string): void {
  if (password.length >= shortestPassword) return
  throw authErrors.AUTH_USER_INVALID(`Password must be at least ${shortestPassword} characters.`)
}
