import type { KeyValue } from '../tracking/index.ts'

interface RequestPayload {
  readonly name: string
  readonly version: number
  readonly stage: string
  readonly request_id: string
  readonly creator: string
  readonly comment: string
}

declare module '../core/events/types.ts' {
  interface EventPayloads {
    'registry.model_created': {
      readonly name: string
      readonly description: string
      readonly tags: readonly KeyValue[]
    }
    'registry.version_created': {
      readonly name: string
      readonly version: number
      readonly run_id: string
      readonly source: string
      readonly description: string
      readonly tags: readonly KeyValue[]
    }
    'registry.version_tag_set': {
      readonly name: string
      readonly version: number
      readonly key: string
      readonly value: string
    }
    'registry.version_tag_deleted': {
      readonly name: string
      readonly version: number
      readonly key: string
    }
    'registry.version_stage_changed': {
      readonly name: string
      readonly version: number
      readonly from: string
      readonly to: string
      readonly comment: string
      /** Versions that were archived to make room; each has an event of its own. */
      readonly archived: readonly number[]
    }
    'registry.alias_set': {
      readonly name: string
      readonly alias: string
      readonly version: number
    }
    'registry.alias_deleted': {
      readonly name: string
      readonly alias: string
      readonly version: number
    }
    'registry.comment_created': {
      readonly name: string
      readonly version: number
      readonly comment: string
    }
    'registry.request_created': RequestPayload
    'registry.request_approved': RequestPayload
    'registry.request_rejected': RequestPayload
    'registry.request_cancelled': RequestPayload
  }
}
