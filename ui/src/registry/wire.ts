import type { Tag } from '../tracking/wire.ts'

export interface ModelVersion {
  readonly name: string
  /** A number as text. */
  readonly version: string
  readonly creation_timestamp?: number
  readonly last_updated_timestamp?: number
  readonly user_id?: string
  readonly current_stage?: string
  readonly description?: string
  readonly source?: string
  readonly run_id?: string
  readonly status?: string
  readonly status_message?: string
  readonly tags?: readonly Tag[]
  readonly aliases?: readonly string[]
}

export interface Alias {
  readonly alias: string
  readonly version: string
}

export interface RegisteredModel {
  readonly name: string
  readonly creation_timestamp?: number
  readonly last_updated_timestamp?: number
  readonly user_id?: string
  readonly description?: string
  readonly latest_versions?: readonly ModelVersion[]
  readonly tags?: readonly Tag[]
  readonly aliases?: readonly Alias[]
}

export type Stage = 'None' | 'Staging' | 'Production' | 'Archived'

export const stages: readonly Stage[] = ['None', 'Staging', 'Production', 'Archived']

/** A request to move a version to a stage, as the registry lists it. Times are epoch milliseconds. */
export interface TransitionRequest {
  readonly request_id: string
  readonly name: string
  readonly version: string
  readonly stage: Stage
  readonly creator: string
  readonly comment: string
  readonly state: 'open' | 'approved' | 'rejected' | 'cancelled' | 'expired'
  readonly created_at: number
  /** After this it can no longer be approved. */
  readonly expires_at: number | null
  /** A contract names who may decide. */
  readonly protected: boolean
  /** `*` is every person but the requester. */
  readonly approvers: readonly string[]
  readonly you_may_decide: boolean
}

/** Something that happened to a version. */
export interface Activity {
  readonly id: string
  readonly activity_type: string
  readonly creation_timestamp: number
  readonly user_id: string
  readonly from_stage?: string
  readonly to_stage?: string
  readonly comment?: string
  readonly system_comment?: string
}
