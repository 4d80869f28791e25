import type { PlatformEvent } from '../../core/index.ts'

/** One event as a dialect sees it. */
export interface DialectEvent {
  /** The names a subscription may list to hear of it, the most specific first. */
  readonly names: readonly string[]
  readonly modelName: string
  /** The body to send for the name that matched. */
  readonly body: (name: string, webhookId: string) => Record<string, unknown>
}

export interface SignInput {
  readonly deliveryId: string
  readonly body: string
  readonly secret: string | undefined
  readonly authorization: string | undefined
  readonly now: Date
}

export interface Dialect {
  readonly events: readonly string[]
  /** Undefined where the dialect has no such event. */
  readonly translate: (event: PlatformEvent) => DialectEvent | undefined
  readonly headers: (input: SignInput) => Record<string, string>
  /** What the test call sends. */
  readonly example: (name: string, webhookId: string, now: Date) => Record<string, unknown>
}

/** What the registry's events carry, as far as webhooks tell of it. */
export interface ModelEvent {
  readonly name: string
  readonly version?: number
  readonly run_id?: string | null
  readonly source?: string
  readonly description?: string | null
  readonly tags?: Readonly<Record<string, string>>
  readonly key?: string
  readonly value?: string
  readonly alias?: string
  readonly from?: string
  readonly to?: string
  readonly stage?: string
  readonly comment?: string | null
  readonly creator?: string
}

/** The registry's events by the type they are stored under. */
export const modelEventTypes = [
  'registry.model_created',
  'registry.version_created',
  'registry.version_tag_set',
  'registry.version_tag_deleted',
  'registry.version_stage_changed',
  'registry.alias_set',
  'registry.alias_deleted',
  'registry.comment_created',
  'registry.request_created',
] as const
export type ModelEventType = (typeof modelEventTypes)[number]

/** Reads an event of the registry, whose types this room may not import. */
export function asModelEvent(event: PlatformEvent): {
  readonly type: ModelEventType
  readonly payload: ModelEvent
} {
  return {
    type: event.type as string as ModelEventType,
    payload: event.payload as unknown as ModelEvent,
  }
}
