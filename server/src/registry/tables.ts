import type { Generated } from 'kysely'
import type { ActivityType, RequestState, Stage, VersionStatus } from './types.ts'

export interface RegistryModelTable {
  id: Generated<number>
  name: string
  description: string
  user_id: string
  /** The number that the newest version was given; numbers are never reused. */
  last_version: number
  created_at: number
  updated_at: number
}

export interface RegistryModelTagTable {
  model: number
  key: string
  value: string
}

/** A deleted version keeps its row, so that its number and its decisions stay. */
export const deletedStage = 'Deleted_Internal'

export interface RegistryVersionTable {
  id: Generated<number>
  model: number
  version: number
  stage: Stage | typeof deletedStage
  description: string
  user_id: string
  source: string
  storage_uri: string
  run_id: string
  run_link: string
  model_id: string
  status: VersionStatus
  created_at: number
  updated_at: number
}

export interface RegistryVersionTagTable {
  version: number
  key: string
  value: string
}

export interface RegistryAliasTable {
  model: number
  alias: string
  version: number
}

export interface RegistryRequestTable {
  id: string
  version: number
  stage: Stage
  creator: string
  comment: string
  state: RequestState
  created_at: number
  expires_at: number | null
  decided_at: number | null
  decided_by: string | null
  decision_comment: string | null
}

export interface RegistryProtectionTable {
  name: string
  stage: Stage
  approvers: string
  expires_ms: number | null
}

export interface RegistryActivityTable {
  id: string
  version: number
  type: ActivityType
  user_id: string
  from_stage: string
  to_stage: string
  comment: string
  system_comment: string
  created_at: number
  updated_at: number
}

declare module '../core/db/tables.ts' {
  interface Tables {
    registry_model: RegistryModelTable
    registry_model_tag: RegistryModelTagTable
    registry_version: RegistryVersionTable
    registry_version_tag: RegistryVersionTagTable
    registry_alias: RegistryAliasTable
    registry_request: RegistryRequestTable
    registry_protection: RegistryProtectionTable
    registry_activity: RegistryActivityTable
  }
}
