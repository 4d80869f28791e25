import type { EnvironmentState } from './types.ts'

export interface ComputeEnvironmentTable {
  hash: string
  lock: string
  requirements: string
  python_version: string
  state: EnvironmentState
  error: string | null
  size_bytes: number | null
  created_at: number
  ready_at: number | null
}

export interface ComputeResolutionTable {
  /** Requirements, Python and platform, hashed. */
  key: string
  hash: string
  resolved_at: number
}

export interface ComputeAttemptTable {
  attempt_id: string
  environment: string
  entry: string
  state: 'RUNNING' | 'ENDED'
  reason: string | null
  exit_code: number | null
  started_at: number
  ended_at: number | null
  max_rss_bytes: number | null
  cpu_ms: number | null
}

declare module '../core/db/tables.ts' {
  interface Tables {
    compute_environment: ComputeEnvironmentTable
    compute_resolution: ComputeResolutionTable
    compute_attempt: ComputeAttemptTable
  }
}
