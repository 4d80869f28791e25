import type { TransitionRequest } from './wire.ts'

export interface DecideRight {
  readonly may: boolean
  /** Who may decide, as a sentence. */
  readonly who: string
  /** Why this user may not; undefined when they may. */
  readonly refusal: string | undefined
}

/** Who may answer a request, in words. The server has decided, and decides again when a button is pressed. */
export function decideRight(
  request: TransitionRequest,
  userName: string | undefined,
  now: number,
): DecideRight {
  const anyone = request.approvers.includes('*')
  const named = anyone ? 'Any person but the requester' : request.approvers.join(', ')
  const who = `${named} may decide${anyone ? '' : ', never the requester'}.`
  const refusal = refusalOf(request, userName, now)
  return { may: refusal === undefined, who, refusal }
}

function refusalOf(
  request: TransitionRequest,
  userName: string | undefined,
  now: number,
): string | undefined {
  if (request.expires_at !== null && request.expires_at <= now) {
    return 'The request has expired; it must be made again'
  }
  if (request.you_may_decide) return undefined
  if (userName === request.creator) return 'You made this request, so someone else must decide'
  const me = userName === undefined ? 'You are not among them' : `You are ${userName}`
  return `${me}; only ${request.approvers.join(', ')} may decide`
}
