import { createHash, randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import { newId, type Ctx, type Principal } from '../core/index.ts'
import { authErrors } from './errors.ts'
import {
  deleteToken,
  deleteTokensOfAttempts,
  findTokenPrincipal,
  insertToken,
} from './token-store.ts'
import { authenticate } from './user-service.ts'

/** Every token of ours begins so; anything else in a bearer header is somebody else's. */
const tokenPrefix = 'mr-'

export interface IssueTokenInput {
  readonly principal: Principal
  readonly comment: string
  /** Milliseconds until it expires; forever when absent. */
  readonly ttlMs?: number
}

export interface IssuedToken {
  readonly id: string
  /** Shown once; only its hash is kept. */
  readonly token: string
}

export async function issueToken(ctx: Ctx, input: IssueTokenInput): Promise<IssuedToken> {
  const token = tokenPrefix + randomBytes(24).toString('base64url')
  const id = newId()
  await insertToken(ctx, {
    id,
    hash: hashToken(token),
    principal: input.principal,
    comment: input.comment,
    createdAt: ctx.now(),
    expiresAt: input.ttlMs === undefined ? undefined : new Date(ctx.now().getTime() + input.ttlMs),
  })
  return { id, token }
}

export async function revokeToken(ctx: Ctx, id: string): Promise<void> {
  await deleteToken(ctx.db, id)
}

/** A task's token ends with its attempt. */
export async function revokeAttemptTokens(ctx: Ctx, attemptIds: readonly string[]): Promise<void> {
  await deleteTokensOfAttempts(ctx, attemptIds)
}

/** The person at the keyboard, when nobody has to log in. */
export function localOwner(): Principal {
  return { name: ownerName, kind: 'user', isOwner: true }
}

const ownerName = localUserName()

function localUserName(): string {
  try {
    return userInfo().username || 'owner'
  } catch {
    return 'owner'
  }
}

/**
 * Who makes this call. Our own tokens always count, as a bearer token or as a password; without
 * `--auth` any other credential is the local owner's, because clients such as databricks-sdk insist
 * on sending one.
 */
export async function resolvePrincipal(
  ctx: Ctx,
  authorization: string | undefined,
): Promise<Principal> {
  const given = readCredentials(authorization)
  if (given?.secret.startsWith(tokenPrefix)) {
    const principal = await findTokenPrincipal(ctx.db, hashToken(given.secret), ctx.now())
    if (!principal) throw authErrors.AUTH_TOKEN_INVALID()
    return principal
  }
  if (ctx.config.auth === 'none') return localOwner()
  if (given?.user === undefined) throw authErrors.AUTH_CREDENTIALS_MISSING()
  return authenticate(ctx, given.user, given.secret)
}

interface Credentials {
  /** Absent in a bearer token. */
  readonly user?: string
  readonly secret: string
}

function readCredentials(authorization: string | undefined): Credentials | undefined {
  const [scheme, value] = authorization?.split(' ', 2) ?? []
  if (value === undefined) return undefined
  if (scheme?.toLowerCase() === 'bearer') return { secret: value }
  if (scheme?.toLowerCase() !== 'basic') return undefined
  const credentials = Buffer.from(value, 'base64').toString('utf8')
  const colon = credentials.indexOf(':')
  if (colon === -1) return undefined
  return { user: credentials.slice(0, colon), secret: credentials.slice(colon + 1) }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
