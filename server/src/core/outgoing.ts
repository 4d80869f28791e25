import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { coreErrors } from './errors.ts'

/** Where outgoing calls may go. Private addresses are reached only by name or CIDR. */
export interface OutgoingPolicy {
  readonly schemes: readonly string[]
  /** Host names, addresses or CIDRs that are allowed although private, also by plain http. */
  readonly allowPrivate: readonly string[]
  readonly allowAllPrivate?: boolean
}

export interface OutgoingRequest {
  readonly method: 'POST' | 'GET'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  readonly verifyTls: boolean
}

export interface OutgoingResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** At most 64 KiB of it. */
  readonly body: string
}

const bodyLimitBytes = 64 * 1024

/** Refuses a URL that may never be called; a host name that does not resolve yet is not refused. */
export function checkOutgoingUrl(text: string, policy: OutgoingPolicy): URL {
  if (!URL.canParse(text)) throw coreErrors.CORE_URL_REFUSED(text, 'it is not a URL')
  const url = new URL(text)
  const host = bareHost(url)
  const scheme = url.protocol.replace(':', '')
  const listed = policy.allowPrivate.some((entry) => allows(entry, host))
  if (!policy.schemes.includes(scheme) && !(listed && scheme === 'http')) {
    throw coreErrors.CORE_URL_REFUSED(
      text,
      `its scheme must be one of ${policy.schemes.join(', ')}`,
    )
  }
  if (url.username || url.password) {
    throw coreErrors.CORE_URL_REFUSED(text, 'it must not carry a user name or password')
  }
  if (isIP(host) !== 0 && !mayReach(policy, host, host)) {
    throw coreErrors.CORE_URL_REFUSED(text, `${host} is a private address; ${howToAllow}`)
  }
  return url
}

const howToAllow = 'list it in --allow-private to reach it'

/**
 * Makes one call without following redirects. The address is checked where the connection is made,
 * so a name that resolves differently a second time gains nothing.
 */
export function callOutgoing(
  input: OutgoingRequest,
  policy: OutgoingPolicy,
): Promise<OutgoingResponse> {
  const url = checkOutgoingUrl(input.url, policy)
  const options: RequestOptions = {
    method: input.method,
    headers: input.headers,
    timeout: input.timeoutMs,
    signal: AbortSignal.timeout(input.timeoutMs),
    lookup: guardedLookup(policy),
  }
  const send = () =>
    url.protocol === 'https:'
      ? httpsRequest(url, { ...options, rejectUnauthorized: input.verifyTls })
      : httpRequest(url, options)
  return new Promise((resolve, reject) => {
    const outgoing = send()
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        if (size < bodyLimitBytes) chunks.push(chunk)
        size += chunk.length
      })
      response.on('error', reject)
      response.on('end', () => {
        const body = Buffer.concat(chunks).subarray(0, bodyLimitBytes).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    outgoing.end(input.body)
  })
}

function guardedLookup(policy: OutgoingPolicy): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0)
      const allowed = addresses.filter(({ address }) => mayReach(policy, hostname, address))
      const [first] = allowed
      if (!first) {
        const reason = `${hostname} resolves to a private address; ${howToAllow}`
        return callback(coreErrors.CORE_URL_REFUSED(hostname, reason), '', 0)
      }
      if (options.all) return callback(null, allowed)
      return callback(null, first.address, first.family)
    })
  }
}

function mayReach(policy: OutgoingPolicy, host: string, address: string): boolean {
  if (policy.allowAllPrivate || !isPrivate(address)) return true
  return policy.allowPrivate.some((entry) => allows(entry, host) || allows(entry, address))
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function allows(entry: string, host: string): boolean {
  if (entry.toLowerCase() === host.toLowerCase()) return true
  const [network, bits] = entry.split('/')
  const family = isIP(network ?? '')
  if (bits === undefined || family === 0 || isIP(host) !== family) return false
  const list = new BlockList()
  const name = family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(network ?? '', Number(bits), name)
  return list.check(host, name)
}

const privateNetworks = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  privateNetworks.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  privateNetworks.addSubnet(network, bits, 'ipv6')
}

/** Loopback, link-local, private, shared, multicast and reserved ranges; IPv4-mapped ones too. */
function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address
  return privateNetworks.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}
