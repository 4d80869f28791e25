export const SubscriptionStatus = {
  Active: 'ACTIVE',
  Disabled: 'DISABLED',
  /** Fires only through the test call. */
  TestMode: 'TEST_MODE',
} as const
export type SubscriptionStatus = (typeof SubscriptionStatus)[keyof typeof SubscriptionStatus]

export const DialectName = { Mlflow: 'mlflow', Databricks: 'databricks' } as const
export type DialectName = (typeof DialectName)[keyof typeof DialectName]

export type Target =
  | { readonly kind: 'http'; readonly url: string; readonly verifyTls: boolean }
  | { readonly kind: 'job'; readonly jobId: number }

export interface Subscription {
  readonly id: string
  readonly dialect: DialectName
  /** Empty in the Databricks dialect, which has none. */
  readonly name: string
  readonly description: string
  readonly status: SubscriptionStatus
  /** The only model it hears of; every model when absent. */
  readonly modelName: string | undefined
  /** In the dialect's own spelling: `model_version.created`, `MODEL_VERSION_CREATED`. */
  readonly events: readonly string[]
  readonly target: Target
  readonly creator: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What only the sender may see; sealed in the database. */
export interface SubscriptionSecrets {
  readonly secret?: string
  readonly authorization?: string
}

export const DeliveryState = {
  Pending: 'PENDING',
  Delivered: 'DELIVERED',
  /** Every try failed; `redeliver` makes it pending again. */
  Failed: 'FAILED',
} as const
export type DeliveryState = (typeof DeliveryState)[keyof typeof DeliveryState]

export interface Delivery {
  readonly id: string
  readonly subscriptionId: string
  readonly eventSeq: number
  readonly event: string
  readonly body: string
  readonly state: DeliveryState
  readonly tries: number
  readonly nextTryAt: Date
  readonly lastStatus: number | undefined
  /** The receiver's answer, the job run, or why the last try failed. */
  readonly lastOutcome: string | undefined
  readonly createdAt: Date
  readonly finishedAt: Date | undefined
}
