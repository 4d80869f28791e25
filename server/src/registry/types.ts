import type { KeyValue } from '../tracking/index.ts'

export const Stage = {
  None: 'None',
  Staging: 'Staging',
  Production: 'Production',
  Archived: 'Archived',
} as const
export type Stage = (typeof Stage)[keyof typeof Stage]

export const VersionStatus = { Ready: 'READY', Pending: 'PENDING_REGISTRATION' } as const
export type VersionStatus = (typeof VersionStatus)[keyof typeof VersionStatus]

export const RequestState = {
  Open: 'open',
  Approved: 'approved',
  Rejected: 'rejected',
  Cancelled: 'cancelled',
  Expired: 'expired',
} as const
export type RequestState = (typeof RequestState)[keyof typeof RequestState]

export const ActivityType = {
  Applied: 'APPLIED_TRANSITION',
  Requested: 'REQUESTED_TRANSITION',
  Cancelled: 'CANCELLED_REQUEST',
  Approved: 'APPROVED_REQUEST',
  Rejected: 'REJECTED_REQUEST',
  System: 'SYSTEM_TRANSITION',
  Comment: 'NEW_COMMENT',
  /** The alias is in the system comment. Databricks has no such activities. */
  AliasSet: 'ALIAS_SET',
  AliasDeleted: 'ALIAS_DELETED',
} as const
export type ActivityType = (typeof ActivityType)[keyof typeof ActivityType]

export interface Alias {
  readonly alias: string
  readonly version: number
}

export interface RegisteredModel {
  readonly name: string
  readonly description: string
  readonly userId: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly KeyValue[]
  readonly aliases: readonly Alias[]
  /** The newest version of each stage that has one. */
  readonly latestVersions: readonly ModelVersion[]
}

export interface ModelVersion {
  readonly name: string
  readonly version: number
  readonly stage: Stage
  readonly description: string
  readonly userId: string
  /** What the author registered: `models:/m-…`, `runs:/…` or a storage URI. */
  readonly source: string
  /** Where the files are. */
  readonly storageUri: string
  readonly runId: string
  readonly runLink: string
  /** The logged model it was made from, when it was. */
  readonly modelId: string
  readonly status: VersionStatus
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly KeyValue[]
  readonly aliases: readonly string[]
}

export interface VersionRef {
  readonly name: string
  readonly version: number
}

export interface TransitionRequest extends VersionRef {
  readonly id: string
  readonly stage: Stage
  readonly creator: string
  readonly comment: string
  readonly state: RequestState
  readonly createdAt: number
  /** Epoch milliseconds after which it can not be approved; never when absent. */
  readonly expiresAt: number | undefined
  readonly decidedAt: number | undefined
  readonly decidedBy: string | undefined
  readonly decisionComment: string | undefined
}

export interface Protection {
  readonly name: string
  readonly stage: Stage
  /** User names, or `*` for every person. */
  readonly approvers: readonly string[]
  /** How long a request stays open; for ever when absent. */
  readonly expiresMs: number | undefined
}

export interface Activity extends VersionRef {
  readonly id: string
  readonly type: ActivityType
  readonly userId: string
  readonly fromStage: string
  readonly toStage: string
  readonly comment: string
  readonly systemComment: string
  readonly createdAt: number
  readonly updatedAt: number
}
