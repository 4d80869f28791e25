import type { DeliveryState, DialectName, SubscriptionStatus } from './types.ts'

export interface WebhookSubscriptionTable {
  id: string
  dialect: DialectName
  name: string
  description: string
  status: SubscriptionStatus
  model_name: string | null
  /** Space-separated; matched in code. */
  events: string
  url: string | null
  verify_tls: number
  job_id: number | null
  sealed_secrets: string
  creator: string
  created_at: number
  updated_at: number
  deleted_at: number | null
}

export interface WebhookDeliveryTable {
  id: string
  subscription_id: string
  event_seq: number
  event: string
  body: string
  state: DeliveryState
  tries: number
  next_try_at: number
  last_status: number | null
  last_outcome: string | null
  created_at: number
  finished_at: number | null
}

declare module '../core/db/tables.ts' {
  interface Tables {
    webhook_subscription: WebhookSubscriptionTable
    webhook_delivery: WebhookDeliveryTable
  }
}
