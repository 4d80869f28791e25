/** Where a job run or an attempt stands; the names are the Jobs API's. */
export const LifeCycle = {
  /** Waits for another run of its job to end. */
  Queued: 'QUEUED',
  /** May start as soon as a slot is free. */
  Pending: 'PENDING',
  Running: 'RUNNING',
  /** Was told to stop and has not stopped yet. */
  Terminating: 'TERMINATING',
  Terminated: 'TERMINATED',
  Skipped: 'SKIPPED',
  /** Ended by a fault of the platform, not of the task. */
  InternalError: 'INTERNAL_ERROR',
  /** Waits for the tasks before it, or (once started) for a person. */
  Blocked: 'BLOCKED',
  WaitingForRetry: 'WAITING_FOR_RETRY',
} as const
export type LifeCycle = (typeof LifeCycle)[keyof typeof LifeCycle]

export const Result = {
  Success: 'SUCCESS',
  Failed: 'FAILED',
  TimedOut: 'TIMEDOUT',
  Canceled: 'CANCELED',
  TooManyRuns: 'MAXIMUM_CONCURRENT_RUNS_REACHED',
  Excluded: 'EXCLUDED',
  SuccessWithFailures: 'SUCCESS_WITH_FAILURES',
  UpstreamFailed: 'UPSTREAM_FAILED',
  UpstreamCanceled: 'UPSTREAM_CANCELED',
  Disabled: 'DISABLED',
} as const
export type Result = (typeof Result)[keyof typeof Result]

/** Why something ended, finer than its result. */
export type TerminationCode =
  | 'SUCCESS'
  | 'SUCCESS_WITH_FAILURES'
  | 'USER_CANCELED'
  | 'CANCELED'
  | 'SKIPPED'
  | 'INTERNAL_ERROR'
  | 'DRIVER_ERROR'
  | 'RUN_EXECUTION_ERROR'
  | 'LIBRARY_INSTALLATION_ERROR'
  | 'RESOURCE_NOT_FOUND'
  | 'INVALID_RUN_CONFIGURATION'
  | 'MAX_CONCURRENT_RUNS_EXCEEDED'
  | 'DISABLED'

export const RunIf = {
  AllSuccess: 'ALL_SUCCESS',
  AtLeastOneSuccess: 'AT_LEAST_ONE_SUCCESS',
  NoneFailed: 'NONE_FAILED',
  AllDone: 'ALL_DONE',
  AtLeastOneFailed: 'AT_LEAST_ONE_FAILED',
  AllFailed: 'ALL_FAILED',
} as const
export type RunIf = (typeof RunIf)[keyof typeof RunIf]

/** What started a run. */
export const TriggerType = {
  Periodic: 'PERIODIC',
  OneTime: 'ONE_TIME',
  Retry: 'RETRY',
  RunJobTask: 'RUN_JOB_TASK',
  FileArrival: 'FILE_ARRIVAL',
  Table: 'TABLE',
  Continuous: 'CONTINUOUS',
  Model: 'MODEL',
  /** Ours: a monitor's alert. */
  Alert: 'ALERT',
  /** Ours: a past time of the schedule. */
  Backfill: 'BACKFILL',
} as const
export type TriggerType = (typeof TriggerType)[keyof typeof TriggerType]

export const RunType = { JobRun: 'JOB_RUN', SubmitRun: 'SUBMIT_RUN' } as const
export type RunType = (typeof RunType)[keyof typeof RunType]

const ended: ReadonlySet<LifeCycle> = new Set([
  LifeCycle.Terminated,
  LifeCycle.Skipped,
  LifeCycle.InternalError,
])

export function hasEnded(lifeCycle: LifeCycle): boolean {
  return ended.has(lifeCycle)
}

/** How something stands, as the Jobs API's `state` and `status` both tell it. */
export interface State {
  readonly lifeCycle: LifeCycle
  /** Present once ended. */
  readonly result: Result | undefined
  readonly code: TerminationCode | undefined
  readonly message: string
}

export interface JobRun extends State {
  readonly runId: number
  /** Absent for a submitted run. */
  readonly jobId: number | undefined
  readonly name: string
  readonly type: RunType
  readonly trigger: TriggerType
  /** What the trigger knows: updated tables, the file's location, the scheduled instant. */
  readonly triggerInfo: Readonly<Record<string, unknown>>
  readonly creator: string
  readonly runAs: string
  readonly definitionHash: string
  /** Every job parameter with the value of this run. */
  readonly parameters: Readonly<Record<string, string>>
  readonly overrides: RunOverrides
  readonly createdAt: Date
  /** When it left the queue. */
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly cancelRequestedAt: Date | undefined
  readonly timeoutSeconds: number
  readonly repairCount: number
  /** The run_job attempt that started it. */
  readonly parentTaskRunId: number | undefined
  /** When it had taken longer than its health rules allow. */
  readonly healthBrokenAt: Date | undefined
  /** The instant of the schedule that it is for. */
  readonly logicalAt: Date | undefined
  /** The backfill that started it, or repaired it last. */
  readonly backfillId: number | undefined
}

/** What a run-now, submit or repair call replaced. */
export interface RunOverrides {
  readonly job_parameters?: Readonly<Record<string, string>>
  readonly notebook_params?: Readonly<Record<string, string>>
  readonly python_params?: readonly string[]
  readonly python_named_params?: Readonly<Record<string, string>>
  readonly sql_params?: Readonly<Record<string, string>>
  /** Task keys that this run is limited to. */
  readonly only?: readonly string[]
}

/** Why an attempt that runs was told to stop. */
export const StopReason = {
  Canceled: 'CANCELED',
  TimedOut: 'TIMEDOUT',
  RunTimedOut: 'RUN_TIMEDOUT',
} as const
export type StopReason = (typeof StopReason)[keyof typeof StopReason]

/** One try of one task (or of one for-each iteration). Its id is also its attempt id, as text. */
export interface TaskRun extends State {
  readonly taskRunId: number
  readonly runId: number
  readonly taskKey: string
  readonly position: number
  readonly iteration: number | undefined
  /** The for-each attempt that this iteration belongs to. */
  readonly parentTaskRunId: number | undefined
  /** 0 for the first try; grows over retries and repairs. */
  readonly attemptNumber: number
  /** Tries since the run or its last repair began. */
  readonly retryNumber: number
  readonly repairIndex: number
  readonly isCurrent: boolean
  readonly originalTaskRunId: number
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly setupMs: number
  readonly executionMs: number
  readonly notBefore: Date | undefined
  readonly stopReason: StopReason | undefined
  /** What a condition task found. */
  readonly outcome: 'true' | 'false' | undefined
  readonly environment: string | undefined
  /** When it had taken longer than its health rules allow. */
  readonly healthBrokenAt: Date | undefined
}

export function attemptIdOf(taskRunId: number): string {
  return String(taskRunId)
}
