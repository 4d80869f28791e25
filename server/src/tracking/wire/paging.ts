import { trackingErrors } from '../errors.ts'

export type TokenPart = string | number | null

/**
 * A page token holds the last row's place in the order, so that the next page starts right after it
 * however many rows were inserted meanwhile. `kind` and `scope` say what it belongs to.
 */
export function encodePageToken(kind: string, place: readonly TokenPart[]): string {
  return Buffer.from(JSON.stringify([kind, ...place])).toString('base64url')
}

/** The place in a token of this kind; a token of anything else is refused. */
export function decodePageToken(kind: string, token: string): readonly TokenPart[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (Array.isArray(parts) && parts[0] === kind && parts.every(isPart)) return parts.slice(1)
  } catch {
    // Not one of ours: answered below like every other token that does not fit.
  }
  throw trackingErrors.TRACKING_PAGE_TOKEN_INVALID()
}

function isPart(part: unknown): part is TokenPart {
  return part === null || typeof part === 'string' || typeof part === 'number'
}
