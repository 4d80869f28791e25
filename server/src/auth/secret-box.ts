import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmodSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ctx } from '../core/index.ts'
import { authErrors } from './errors.ts'

const ivBytes = 12
const tagBytes = 16
const keyBytes = 32

/** Encrypts a secret for our database: AES-256-GCM under the data folder's `secrets.key`. */
export function sealSecret(ctx: Ctx, plain: string): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', loadKey(ctx), iv)
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')
}

/** The reverse of `sealSecret`; throws when the text was changed or sealed under another key. */
export function openSecret(ctx: Ctx, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', loadKey(ctx), bytes.subarray(0, ivBytes))
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  const plain = [decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]
  return Buffer.concat(plain).toString('utf8')
}

/**
 * Holds the key against the one that the database's secrets were sealed with, before any of them is
 * needed: a wrong one would otherwise show only as webhooks and tasks that fail.
 * @throws AUTH_KEY_WRONG
 */
export async function checkKey(ctx: Ctx): Promise<void> {
  await ctx.db
    .insertInto('auth_key_check')
    .values({ id: 1, sealed: sealSecret(ctx, 'millrace') })
    .onConflict((c) => c.doNothing())
    .execute()
  const { sealed } = await ctx.db
    .selectFrom('auth_key_check')
    .select('sealed')
    .executeTakeFirstOrThrow()
  try {
    openSecret(ctx, sealed)
  } catch (cause) {
    throw authErrors.AUTH_KEY_WRONG(keyPath(ctx)).with({ cause })
  }
}

const keys = new Map<string, Buffer>()

function keyPath(ctx: Ctx): string {
  return join(ctx.config.dataDir, 'secrets.key')
}

function loadKey(ctx: Ctx): Buffer {
  const path = keyPath(ctx)
  const known = keys.get(path)
  if (known) return known
  const key = readOrCreateKey(path)
  keys.set(path, key)
  return key
}

// Written aside and linked into place: two servers that start at once agree on one key.
function readOrCreateKey(path: string): Buffer {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  writeFileSync(draft, randomBytes(keyBytes), { mode: 0o600, flush: true })
  try {
    linkSync(draft, path)
    chmodSync(path, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return readFileSync(path)
}
