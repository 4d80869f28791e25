/** The parts of the Jobs API's answers that pages read. */

export interface RunState {
  readonly life_cycle_state?: string
  readonly result_state?: string
  readonly state_message?: string
}

export interface TaskRef {
  readonly task_key: string
  readonly outcome?: string
}

export interface RunTask {
  readonly run_id: number
  readonly task_key: string
  readonly state?: RunState
  readonly depends_on?: readonly TaskRef[]
  readonly run_if?: string
  readonly start_time?: number
  readonly end_time?: number
  readonly attempt_number?: number
  readonly description?: string
  /** The field of its settings that says what it runs: `sql_task`. */
  readonly task_type?: string
  /** Of a condition that has been decided. */
  readonly outcome?: string
}

/** Whether an earlier result stood for a task, and why. */
export interface CacheDecision {
  readonly hit: boolean
  readonly reason: string
  readonly run_id?: number
  readonly task_run_id?: number
  readonly differences: readonly {
    readonly part: string
    readonly name: string
    readonly before?: string
    readonly after?: string
  }[]
}

/** An attempt as runs/get answers it: the task's settings are among its fields. */
export interface TaskRunDetails extends RunTask {
  readonly iterations?: readonly (RunTask & { readonly iteration: number })[]
  readonly resolved_values?: Readonly<Record<string, unknown>>
  readonly cache_decision?: CacheDecision
  readonly tasks?: readonly Readonly<Record<string, unknown>>[]
  readonly for_each_task?: { readonly inputs: string }
  readonly condition_task?: {
    readonly op: string
    readonly left: string
    readonly right: string
    readonly outcome?: string
  }
}

export interface JobRun {
  readonly run_id: number
  readonly job_id?: number
  readonly run_name?: string
  readonly number_in_job?: number
  readonly creator_user_name?: string
  readonly state?: RunState
  /** When it was asked for, epoch milliseconds. */
  readonly start_time?: number
  /** When it left the queue; lists have it, a single run has `queue_duration`. */
  readonly begin_time?: number
  readonly end_time?: number
  readonly trigger?: string
  readonly trigger_info?: { readonly run_id?: number }
  /** How long it waited for its turn, milliseconds. */
  readonly queue_duration?: number
  /** Of a run that a backfill started or repaired. */
  readonly backfill?: { readonly backfill_id: number; readonly logical_time: number }
  readonly tasks?: readonly RunTask[]
  readonly job_parameters?: readonly {
    readonly name: string
    readonly value?: string
    readonly default?: string
  }[]
  readonly repair_history?: readonly { readonly id?: number; readonly type?: string }[]
}

export interface Schedule {
  readonly quartz_cron_expression: string
  readonly timezone_id: string
  readonly pause_status?: string
}

export interface JobSettings {
  readonly name?: string
  readonly description?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly schedule?: Schedule
  readonly trigger?: Readonly<Record<string, unknown>>
  readonly continuous?: Readonly<Record<string, unknown>>
  readonly queue?: { readonly enabled: boolean }
  readonly parameters?: readonly { readonly name: string; readonly default: string }[]
  readonly tasks?: readonly JobTask[]
  readonly max_concurrent_runs?: number
}

export interface JobTask {
  readonly task_key: string
  readonly description?: string
  readonly depends_on?: readonly TaskRef[]
  readonly run_if?: string
  readonly [setting: string]: unknown
}

export interface Job {
  readonly job_id: number
  readonly creator_user_name?: string
  readonly created_time?: number
  readonly settings?: JobSettings
}

/** One word for where a run stands: its result once it has one. */
export function stateOf(state: RunState | undefined): string | undefined {
  return state?.result_state ?? state?.life_cycle_state
}

const ended = new Set(['TERMINATED', 'SKIPPED', 'INTERNAL_ERROR'])

export function hasEnded(state: RunState | undefined): boolean {
  return ended.has(state?.life_cycle_state ?? '')
}

const failures = new Set(['FAILED', 'TIMEDOUT', 'UPSTREAM_FAILED'])

export function hasFailed(state: RunState | undefined): boolean {
  return failures.has(state?.result_state ?? '') || state?.life_cycle_state === 'INTERNAL_ERROR'
}

/**
 * The Jobs API says BLOCKED for a task that waits for a person and for one that waits for the tasks
 * before it; only the first has a message. The second has not started, whatever its start time says.
 */
export function settleTask(task: RunTask): RunTask {
  if (task.state?.life_cycle_state !== 'BLOCKED' || task.state.state_message) return task
  return { ...task, start_time: 0, state: { ...task.state, life_cycle_state: 'NOT_STARTED' } }
}

export function settleRun(run: JobRun): JobRun {
  return run.tasks === undefined ? run : { ...run, tasks: run.tasks.map(settleTask) }
}
