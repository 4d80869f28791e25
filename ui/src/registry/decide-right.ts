import type { TransitionRequest } from './wire.ts'

export interface DecideRight {
  readonly may: boolean
  readonly mayReject: boolean
  /** Who may decide, as a sentence. */
  readonly who: string
  /** Why this user may not approve; undefined when they may. */
  readonly refusal: string | undefined
}

/** Who may answer a request. The server decides again when the button is pressed. */
export function decideRight(
  request: TransitionRequest,
  userName: string | undefined,
  now: number,
): DecideRight {
  const approvers = request.approvers ?? []
  const anyone = approvers.length === 0 || approvers.includes('*')
  const named = anyone ? 'Anyone but the requester' : approvers.join(', ')
  const who = `${named} may decide${anyone ? '' : ', but never the requester'}.`
  const refusal = refusalOf(request, userName, { now, anyone })
  const may = refusal === undefined
  const mine = userName === request.creator
  return {
    may,
    mayReject: may || mine,
    who: may ? `${who} You may.` : mine ? `${who} You asked for it, so you may not.` : who,
    refusal,
  }
}

function refusalOf(
  request: TransitionRequest,
  userName: string | undefined,
  facts: { readonly now: number; readonly anyone: boolean },
): string | undefined {
  if ((request.expires_at ?? Number.POSITIVE_INFINITY) <= facts.now) {
    return 'The request has expired; it must be made again'
  }
  if (userName === undefined) return 'The server has not said yet who you are'
  if (userName === request.creator) return 'You made this request; someone else must decide'
  if (facts.anyone || request.approvers?.includes(userName) === true) return undefined
  return `You are ${userName}; only ${request.approvers?.join(', ') ?? ''} may approve`
}
