import type { Generated } from 'kysely'
import type { LifecycleStage, LoggedModelStatus } from './types.ts'

export interface TrackingExperimentTable {
  id: Generated<number>
  name: string
  artifact_location: string
  lifecycle_stage: LifecycleStage
  created_at: number
  updated_at: number
}

export interface TrackingExperimentTagTable {
  experiment: number
  key: string
  value: string
}

export interface TrackingLoggedModelTable {
  id: Generated<number>
  model_id: string
  experiment: number
  name: string
  artifact_uri: string
  status: LoggedModelStatus
  model_type: string
  source_run_id: string
  status_message: string
  lifecycle_stage: LifecycleStage
  created_at: number
  updated_at: number
}

export interface TrackingLoggedModelKeyTable {
  model: number
  key: string
  value: string
}

export interface TrackingLoggedModelMetricTable {
  model: number
  key: string
  timestamp: number
  step: number
  run_id: string
  value: number
  is_nan: number
  dataset_name: string
  dataset_digest: string
}

declare module '../core/db/tables.ts' {
  interface Tables {
    tracking_experiment: TrackingExperimentTable
    tracking_experiment_tag: TrackingExperimentTagTable
    tracking_logged_model: TrackingLoggedModelTable
    tracking_logged_model_param: TrackingLoggedModelKeyTable
    tracking_logged_model_tag: TrackingLoggedModelKeyTable
    tracking_logged_model_metric: TrackingLoggedModelMetricTable
  }
}
