import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { coreErrors, type Config } from './core/index.ts'

const exempt = new Set(['/health', '/version'])
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Refuses a Host that is not ours (DNS rebinding) and state changes from another origin. */
export function guardHost(config: Config, request: FastifyRequest): void {
  const path = request.url.split('?')[0] ?? ''
  if (exempt.has(path)) return
  if (!isOurs(config, request.hostname)) throw coreErrors.CORE_HOST_REFUSED()
  const origin = request.headers.origin
  if (origin === undefined || safeMethods.has(request.method)) return
  if (!URL.canParse(origin) || new URL(origin).host !== request.host) {
    throw coreErrors.CORE_ORIGIN_REFUSED()
  }
}

function isOurs(config: Config, hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return (
    bare === 'localhost' ||
    bare === config.host ||
    config.allowedHosts.includes(bare) ||
    isIP(bare) !== 0
  )
}
