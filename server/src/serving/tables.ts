import type { ConfigUpdate, Deployment, WorkloadSize } from './types.ts'

export interface ServingEndpointTable {
  name: string
  id: string
  creator: string
  created_at: number
  updated_at: number
  tags: string
  description: string
  update_state: ConfigUpdate
  update_message: string
  live_config: number | null
  pending_config: number | null
}

export interface ServingConfigTable {
  endpoint_id: string
  version: number
  creator: string
  created_at: number
  capture: string | null
}

export interface ServingEntityTable {
  endpoint_id: string
  config_version: number
  position: number
  name: string
  model_name: string
  model_version: number
  workload_size: WorkloadSize
  scale_to_zero: number
  environment_vars: string
  traffic_percentage: number
  state: Deployment
  message: string
  flavour: string | null
}

/** One batch scoring: what was asked, and what came of it. */
export interface ServingScoringTable {
  id: string
  /** Unique: the client's idempotency key, or the id. */
  key: string
  model_name: string
  model_version: number
  input_table: string
  input_version: number
  output_table: string
  /** Null until the rows are committed. */
  output_version: number | null
  rows: number
  flavour: string
  attempt_id: string | null
  request_hash: string
  created_at: number
}

export interface ServingStreamTable {
  name: string
  model: string
  source_table: string
  output_table: string
  columns: string
  /** The last source version that was scored. */
  cursor_version: number
  paused: number
  rows_scored: number
  /** Empty while all is well. */
  error: string
  creator: string
  created_at: number
  updated_at: number
}

declare module '../core/db/tables.ts' {
  interface Tables {
    serving_endpoint: ServingEndpointTable
    serving_config: ServingConfigTable
    serving_entity: ServingEntityTable
    serving_scoring: ServingScoringTable
    serving_stream: ServingStreamTable
  }
}
