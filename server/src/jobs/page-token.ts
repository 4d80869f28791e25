import { jobsErrors } from './errors.ts'

/** An opaque token that says where a page begins. */
export function encodeToken(place: Readonly<Record<string, string | number>>): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** Reads what `encodeToken` wrote; `numbers` and `texts` are the fields that must be there. */
export function decodeToken<N extends string, T extends string = never>(
  token: string,
  numbers: readonly N[],
  texts: readonly T[] = [],
): Record<N, number> & Record<T, string> {
  try {
    const place = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Record<
      string,
      unknown
    >
    const sound =
      numbers.every((name) => Number.isFinite(place[name])) &&
      texts.every((name) => typeof place[name] === 'string')
    if (sound) return place as Record<N, number> & Record<T, string>
  } catch {
    // Answered below, as any other token that is not ours.
  }
  throw jobsErrors.JOBS_SETTINGS_INVALID(
    `page_token '${token}' is not one of ours; use next_page_token or prev_page_token of an answer`,
  )
}
