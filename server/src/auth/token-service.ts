import { createHash, randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import { newId, type Ctx, type Principal } from '../core/index.ts'
import { authErrors } from './errors.ts'
import {
  deleteToken,
  deleteTokensOfAttempt,
  findTokenPrincipal,
  insertToken,
} from './token-store.ts'

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
export async function revokeAttemptTokens(ctx: Ctx, attemptId: string): Promise<void> {
  await deleteTokensOfAttempt(ctx, attemptId)
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
 * Who makes this call. Our own tokens always count; without `--auth` any other credential is the
 * local owner's, because clients such as databricks-sdk insist on sending one.
 */
export async function resolvePrincipal(
  ctx: Ctx,
  authorization: string | undefined,
): Promise<Principal> {
  const token = readToken(authorization)
  if (token?.startsWith(tokenPrefix)) {
    const principal = await findTokenPrincipal(ctx.db, hashToken(token), ctx.now())
    if (!principal) throw authErrors.AUTH_TOKEN_INVALID()
    return principal
  }
  if (ctx.config.auth === 'none') return localOwner()
  throw authErrors.AUTH_CREDENTIALS_MISSING()
}

function readToken(authorization: string | undefined): string | undefined {
  const [scheme, value] = authorization?.split(' ', 2) ?? []
  if (value === undefined) return undefined
  if (scheme?.toLowerCase() === 'bearer') return value
  if (scheme?.toLowerCase() !== 'basic') return undefined
  const credentials = Buffer.from(value, 'base64').toString('utf8')
  return credentials.slice(credentials.indexOf(':') + 1)
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
