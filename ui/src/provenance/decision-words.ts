import type { Why } from './use-why.ts'

type Decision = Pick<Why['decisions'][number], 'action'> & { readonly [fact: string]: unknown }

const words: Readonly<Record<string, string>> = {
  'registry.stage_changed': 'moved it to',
  'registry.request_created': 'asked for',
  'registry.request_approved': 'approved it for',
  'registry.request_rejected': 'rejected it for',
  'registry.request_cancelled': 'withdrew the request for',
}

/** What somebody decided, as the rest of a sentence: `approved it for Production`. */
export function decisionWords(decision: Decision): string {
  const said = words[decision.action]
  const stage = decision['to'] ?? decision['stage']
  return said === undefined || typeof stage !== 'string'
    ? decision.action.replace(/^\w+\./, '').replaceAll('_', ' ')
    : `${said} ${stage}`
}
