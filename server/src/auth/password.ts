import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { Lock } from '../core/index.ts'

// OWASP's scrypt setting with the least memory: 16 MiB for one hash.
const cost = { N: 16_384, r: 8, p: 5 } as const
const keyBytes = 32
const maxmem = 64 * 1024 * 1024

// One at a time: many logins at once neither use up memory nor hold up the thread pool.
const oneAtATime = new Lock()

/** A salted scrypt hash with the settings it was made with: `scrypt$N$r$p$salt$key`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, cost)
  const { N, r, p } = cost
  return ['scrypt', N, r, p, salt.toString('base64'), key.toString('base64')].join('$')
}

export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = stored.split('$')
  const settings = { N: Number(N), r: Number(r), p: Number(p) }
  const derived = await derive(password, Buffer.from(salt, 'base64'), settings)
  return timingSafeEqual(derived, Buffer.from(key, 'base64'))
}

async function derive(password: string, salt: Buffer, settings: ScryptOptions): Promise<Buffer> {
  const release = await oneAtATime.acquire()
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password, salt, keyBytes, { ...settings, maxmem }, (error, key) =>
        error ? reject(error) : resolve(key),
      )
    })
  } finally {
    release()
  }
}
