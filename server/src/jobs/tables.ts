import type { BackfillState, IntervalAction, IntervalState } from './backfill/types.ts'
import type {
  LifeCycle,
  Result,
  RunType,
  StopReason,
  TerminationCode,
  TriggerType,
} from './types.ts'

export interface JobTable {
  job_id: number
  name: string
  /** Lower case, for the case-insensitive filter of list. */
  name_key: string
  creator: string
  settings: string
  permissions: string
  created_at: number
  updated_at: number
}

/** What a job's settings were, and who made them so. */
export interface JobRevisionTable {
  job_id: number
  revision: number
  settings: string
  changed_by: string
  changed_at: number
}

export interface JobTriggerTable {
  job_id: number
  position: number
  kind: string
  spec: string
  paused: number
  /** When it must be looked at next; null when only events can move it. */
  next_at: number | null
  state: string
  last_triggered: string | null
  last_not_triggered: string | null
  last_failed: string | null
}

/** Settings that runs were started with; the same settings are kept once. */
export interface JobDefinitionTable {
  hash: string
  settings: string
}

export interface JobRunTable {
  run_id: number
  job_id: number | null
  name: string
  run_type: RunType
  trigger_type: TriggerType
  trigger_info: string
  creator: string
  run_as: string
  definition_hash: string
  parameters: string
  overrides: string
  life_cycle: LifeCycle
  result: Result | null
  code: TerminationCode | null
  message: string
  active: number
  /** 1 when somebody other than its engine changed something that the engine must look at. */
  dirty: number
  created_at: number
  started_at: number | null
  ended_at: number | null
  cancel_requested_at: number | null
  timeout_seconds: number
  repair_count: number
  idempotency_token: string | null
  parent_task_run_id: number | null
  owner: string | null
  epoch: number
  lease_until: number | null
  deleted: number
  /** When it had taken longer than its health rules allow. */
  health_broken_at: number | null
  /** The instant of the schedule that it is for. */
  logical_at: number | null
  /** The backfill that started it, or repaired it last. */
  backfill_id: number | null
}

export interface TaskRunTable {
  task_run_id: number
  run_id: number
  task_key: string
  position: number
  iteration: number | null
  parent_task_run_id: number | null
  attempt_number: number
  retry_number: number
  repair_index: number
  is_current: number
  original_task_run_id: number
  life_cycle: LifeCycle
  result: Result | null
  code: TerminationCode | null
  message: string
  created_at: number
  started_at: number | null
  ended_at: number | null
  setup_ms: number
  execution_ms: number
  not_before: number | null
  stop_reason: StopReason | null
  cancel_requested: number
  outcome: 'true' | 'false' | null
  /** For a started for-each: how many inputs it has. */
  input_count: number | null
  environment: string | null
  /** What it waits for outside its run: `run:<id>`, `model:churn`. */
  wait_key: string | null
  /** An end that somebody else (an event, another run) has decided; the engine takes it from here. */
  delivered: string | null
  health_broken_at: number | null
}

export interface TaskOutputTable {
  task_run_id: number
  /** The task as it ran, every reference replaced. */
  resolved: string | null
  /** Error, trace, notebook result, SQL rows: what get-output answers. */
  output: string | null
}

export interface TaskValueTable {
  run_id: number
  task_key: string
  name: string
  value: string
  task_run_id: number
  updated_at: number
}

export interface JobRepairTable {
  repair_id: number
  run_id: number
  repair_index: number
  life_cycle: LifeCycle
  result: Result | null
  code: TerminationCode | null
  message: string
  started_at: number
  ended_at: number | null
}

/** Files that a file_arrival trigger has seen, below its folder. */
export interface JobSeenFileTable {
  job_id: number
  position: number
  path: string
}

export interface NotificationDestinationTable {
  id: string
  display_name: string
  type: 'EMAIL' | 'SLACK' | 'MICROSOFT_TEAMS' | 'PAGERDUTY' | 'WEBHOOK'
  /** Addresses and credentials, sealed. */
  sealed_config: string
  created_at: number
}

export interface JobNotificationTable {
  id: string
  channel: 'email' | 'destination'
  /** An address, or the id of a destination. */
  target: string
  /** A `Message` as JSON. */
  message: string
  state: 'PENDING' | 'SENT' | 'FAILED'
  tries: number
  next_try_at: number
  error: string | null
  created_at: number
}

export interface JobTriggerNoteTable {
  id: string
  job_id: number
  kind: string
  outcome: 'fired' | 'not_fired' | 'failed'
  description: string
  run_id: number | null
  created_at: number
}

export interface JobBackfillTable {
  backfill_id: number
  job_id: number
  job_name: string
  creator: string
  /** `BackfillSpec` as JSON. */
  spec: string
  max_parallel: number
  state: BackfillState
  created_at: number
  ended_at: number | null
  cancel_requested_at: number | null
  idempotency_token: string | null
}

export interface JobBackfillIntervalTable {
  backfill_id: number
  /** The order in which they run. */
  position: number
  logical_at: number
  action: IntervalAction
  state: IntervalState
  reason: string
  run_id: number | null
  started_at: number | null
  ended_at: number | null
}

/** What an attempt of a task with `cache` depended on, and what was decided about it. */
export interface TaskCacheTable {
  task_run_id: number
  /** `job:<id>`, or `submit:<name>`. */
  scope: string
  task_key: string
  /** SHA-256 of `parts`. */
  key_hash: string
  /** `CacheParts` as JSON. */
  parts: string
  /** The success that stood for it. */
  hit_of: number | null
  /** `CacheDecision` as JSON. */
  decision: string
  /** What a later attempt takes over, `Kept` as JSON; null until it has succeeded. */
  kept: string | null
  created_at: number
}

declare module '../core/db/tables.ts' {
  interface Tables {
    job: JobTable
    job_revision: JobRevisionTable
    job_trigger: JobTriggerTable
    job_trigger_note: JobTriggerNoteTable
    job_definition: JobDefinitionTable
    job_run: JobRunTable
    task_run: TaskRunTable
    task_output: TaskOutputTable
    notification_destination: NotificationDestinationTable
    job_notification: JobNotificationTable
    task_value: TaskValueTable
    job_repair: JobRepairTable
    job_seen_file: JobSeenFileTable
    task_cache: TaskCacheTable
    job_backfill: JobBackfillTable
    job_backfill_interval: JobBackfillIntervalTable
  }
}
