import type { OutgoingRequest } from '../../core/index.ts'
import { genericBody, headline, type Message } from './messages.ts'

/** Where messages go, with its credentials. */
export type DestinationConfig =
  | { readonly type: 'EMAIL'; readonly addresses: readonly string[] }
  | { readonly type: 'SLACK'; readonly url: string }
  | { readonly type: 'MICROSOFT_TEAMS'; readonly url: string }
  | { readonly type: 'PAGERDUTY'; readonly integrationKey: string }
  | {
      readonly type: 'WEBHOOK'
      readonly url: string
      readonly username?: string
      readonly password?: string
    }

export type HttpDestination = Exclude<DestinationConfig, { readonly type: 'EMAIL' }>

const pagerDutyUrl = 'https://events.pagerduty.com/v2/enqueue'
const timeoutMs = 30_000

/** The call that tells an HTTP destination; `id` is the same at every try. */
export function toRequest(to: HttpDestination, message: Message, id: string): OutgoingRequest {
  const { url, body, headers = {} } = callOf(to, message, id)
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    timeoutMs,
    verifyTls: true,
  }
}

interface Call {
  readonly url: string
  readonly body: object
  readonly headers?: Readonly<Record<string, string>>
}

function callOf(to: HttpDestination, message: Message, id: string): Call {
  switch (to.type) {
    case 'SLACK':
      return {
        url: to.url,
        body: { text: `*${headline(message)}*\n${message.text}\n<${message.url}|Open the run>` },
      }
    case 'MICROSOFT_TEAMS':
      return { url: to.url, body: teamsCard(message) }
    case 'PAGERDUTY':
      return { url: pagerDutyUrl, body: pagerDutyEvent(to.integrationKey, message, id) }
    case 'WEBHOOK':
      return { url: to.url, body: genericBody(message), headers: basic(to) }
  }
}

function teamsCard(message: Message): object {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            { type: 'TextBlock', text: headline(message), weight: 'Bolder', wrap: true },
            { type: 'TextBlock', text: message.text || ' ', wrap: true },
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Open the run', url: message.url }],
        },
      },
    ],
  }
}

function pagerDutyEvent(key: string, message: Message, id: string): object {
  return {
    routing_key: key,
    event_action: 'trigger',
    dedup_key: id,
    links: [{ href: message.url, text: 'Open the run' }],
    payload: {
      summary: headline(message).slice(0, 1024),
      source: 'millrace',
      severity: message.event === 'on_failure' ? 'error' : 'info',
      custom_details: genericBody(message),
    },
  }
}

function basic(to: {
  readonly username?: string
  readonly password?: string
}): Record<string, string> {
  if (to.username === undefined) return {}
  const pair = Buffer.from(`${to.username}:${to.password ?? ''}`).toString('base64')
  return { authorization: `Basic ${pair}` }
}
