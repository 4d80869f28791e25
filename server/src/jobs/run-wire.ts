/** Runs and attempts as the Jobs API writes them: `state` for older clients, `status` for newer. */
import type { CacheDecision } from './cache/types.ts'
import { resolvedParameters } from './run-parameters.ts'
import type { Repair } from './run-reads.ts'
import type { JobSettings, NestedTask, Task } from './settings-schema.ts'
import {
  LifeCycle,
  Result,
  hasEnded,
  type JobRun,
  type State,
  type TaskRun,
  type TerminationCode,
} from './types.ts'

type Wire = Record<string, unknown>

export interface RunParts {
  readonly run: JobRun
  readonly settings: JobSettings
  readonly tasks: readonly TaskRun[]
  readonly url: string
  /** Resolved task settings by attempt, when asked for. */
  readonly resolved?: ReadonlyMap<number, Readonly<Record<string, unknown>>>
  readonly repairs?: readonly Repair[]
  /** Of attempts of tasks with `cache`. */
  readonly decisions?: ReadonlyMap<number, CacheDecision>
}

/** A run without its tasks, as in lists. */
export function toRunWire(
  parts: Omit<RunParts, 'tasks' | 'resolved' | 'repairs' | 'decisions'>,
): Wire {
  const { run, settings } = parts
  const started = run.startedAt ?? run.createdAt
  const executed = run.endedAt ? run.endedAt.getTime() - started.getTime() : 0
  return {
    ...(run.jobId === undefined ? {} : { job_id: run.jobId }),
    run_id: run.runId,
    number_in_job: run.runId,
    original_attempt_run_id: run.runId,
    run_name: run.name,
    run_type: run.type,
    creator_user_name: run.creator,
    run_as_user_name: run.runAs,
    state: stateOf(run),
    status: statusOf(run),
    ...(settings.schedule ? { schedule: settings.schedule } : {}),
    start_time: run.createdAt.getTime(),
    end_time: run.endedAt?.getTime() ?? 0,
    setup_duration: 0,
    execution_duration: 0,
    cleanup_duration: 0,
    run_duration: executed,
    queue_duration: queueMs(run),
    trigger: run.trigger,
    ...triggerInfo(run),
    ...backfillOf(run),
    job_parameters: parametersOf(parts),
    ...overriding(run),
    ...(settings.job_clusters ? { job_clusters: settings.job_clusters } : {}),
    ...(run.healthBrokenAt ? { health_broken_at: run.healthBrokenAt.getTime() } : {}),
    run_page_url: `${parts.url}/#job/${run.jobId ?? 0}/run/${run.runId}`,
    format: 'MULTI_TASK',
  }
}

function parametersOf({ run, settings, url }: Pick<RunParts, 'run' | 'settings' | 'url'>): Wire[] {
  const values = resolvedParameters(run, url)
  return (settings.parameters ?? []).map((parameter) => ({
    ...parameter,
    value: values[parameter.name] ?? parameter.default,
  }))
}

function backfillOf({ backfillId, logicalAt }: JobRun): Wire {
  if (backfillId === undefined || !logicalAt) return {}
  return { backfill: { backfill_id: backfillId, logical_time: logicalAt.getTime() } }
}

function queueMs(run: JobRun): number {
  const until = run.startedAt ?? run.endedAt
  return until ? Math.max(0, until.getTime() - run.createdAt.getTime()) : 0
}

function triggerInfo(run: JobRun): Wire {
  const { run_id: runId, ...rest } = run.triggerInfo
  if (runId !== undefined) return { trigger_info: { run_id: runId } }
  return Object.keys(rest).length === 0 ? {} : { trigger_info: rest }
}

function overriding(run: JobRun): Wire {
  const { job_parameters: _named, only: _only, ...legacy } = run.overrides
  return Object.keys(legacy).length === 0 ? {} : { overriding_parameters: legacy }
}

export function toTaskWire(parts: RunParts, attempt: TaskRun): Wire {
  const settings = settingsOf(parts.settings, attempt)
  const resolved = parts.resolved?.get(attempt.taskRunId)
  const decision = parts.decisions?.get(attempt.taskRunId)
  return {
    run_id: attempt.taskRunId,
    ...settings,
    run_if: settings?.run_if ?? 'ALL_SUCCESS',
    attempt_number: attempt.attemptNumber,
    original_attempt_run_id: attempt.originalTaskRunId,
    state: stateOf(attempt),
    status: statusOf(attempt),
    ...timesOf(attempt),
    ...(attempt.healthBrokenAt ? { health_broken_at: attempt.healthBrokenAt.getTime() } : {}),
    ...(attempt.outcome === undefined || !settings?.condition_task
      ? {}
      : { condition_task: { ...settings.condition_task, outcome: attempt.outcome } }),
    ...(decision ? { cache_decision: decisionWire(decision) } : {}),
    ...(resolved ? { resolved_values: resolvedValues(resolved) } : {}),
    run_page_url: `${parts.url}/#job/${parts.run.jobId ?? 0}/run/${attempt.taskRunId}`,
  }
}

function decisionWire({ hit, reason, runId, taskRunId, differences }: CacheDecision): Wire {
  return {
    hit,
    reason,
    ...(runId === undefined ? {} : { run_id: runId, task_run_id: taskRunId }),
    differences,
  }
}

function timesOf(attempt: TaskRun): Wire {
  const started = attempt.startedAt ?? attempt.createdAt
  return {
    start_time: started.getTime(),
    end_time: attempt.endedAt?.getTime() ?? 0,
    setup_duration: attempt.setupMs,
    execution_duration: executionMs(attempt),
    cleanup_duration: 0,
    run_duration: attempt.endedAt ? attempt.endedAt.getTime() - started.getTime() : 0,
    queue_duration: started.getTime() - attempt.createdAt.getTime(),
  }
}

function executionMs(attempt: TaskRun): number {
  if (attempt.executionMs > 0 || !attempt.startedAt || !attempt.endedAt) return attempt.executionMs
  return attempt.endedAt.getTime() - attempt.startedAt.getTime()
}

function settingsOf(settings: JobSettings, attempt: TaskRun): Task | NestedTask | undefined {
  const tasks = settings.tasks ?? []
  if (attempt.parentTaskRunId === undefined) {
    return tasks.find((task) => task.task_key === attempt.taskKey)
  }
  return tasks.find((task) => task.for_each_task?.task.task_key === attempt.taskKey)?.for_each_task
    ?.task
}

// The SDK's resolved values hold only what a reference can have changed.
function resolvedValues(resolved: Readonly<Record<string, unknown>>): Wire {
  const fields = Object.keys(resolved).filter((field) => field.endsWith('_task'))
  return Object.fromEntries(fields.map((field) => [field, resolved[field]]))
}

export function stateOf(of: State): Wire {
  const stopped = of.result === Result.Canceled || of.result === Result.TimedOut
  return {
    life_cycle_state: of.lifeCycle,
    ...(of.result === undefined ? {} : { result_state: of.result }),
    state_message: of.message,
    user_cancelled_or_timedout: stopped,
    ...(of.lifeCycle === LifeCycle.Queued ? { queue_reason: of.message } : {}),
  }
}

const stateNames: Readonly<Partial<Record<LifeCycle, string>>> = {
  [LifeCycle.Queued]: 'QUEUED',
  [LifeCycle.Pending]: 'PENDING',
  [LifeCycle.Running]: 'RUNNING',
  [LifeCycle.Terminating]: 'TERMINATING',
  [LifeCycle.Blocked]: 'BLOCKED',
  [LifeCycle.WaitingForRetry]: 'WAITING',
}

export function statusOf(of: State): Wire {
  return {
    state: stateNames[of.lifeCycle] ?? 'TERMINATED',
    ...(hasEnded(of.lifeCycle) && of.code
      ? {
          termination_details: {
            code: of.code,
            type: terminationType(of.code),
            message: of.message,
          },
        }
      : {}),
    ...(of.lifeCycle === LifeCycle.Queued
      ? { queue_details: { code: 'MAX_CONCURRENT_RUNS_REACHED', message: of.message } }
      : {}),
  }
}

const successCodes: ReadonlySet<TerminationCode> = new Set([
  'SUCCESS',
  'SUCCESS_WITH_FAILURES',
  'DISABLED',
])
const internalCodes: ReadonlySet<TerminationCode> = new Set(['INTERNAL_ERROR', 'DRIVER_ERROR'])

function terminationType(code: TerminationCode): string {
  if (successCodes.has(code)) return 'SUCCESS'
  return internalCodes.has(code) ? 'INTERNAL_ERROR' : 'CLIENT_ERROR'
}

export function toRepairWire(repair: Repair, tasks: readonly TaskRun[]): Wire {
  const state: State = {
    lifeCycle: repair.lifeCycle,
    result: repair.result,
    code: repair.code,
    message: repair.message,
  }
  return {
    type: repair.index === 0 ? 'ORIGINAL' : 'REPAIR',
    ...(repair.index === 0 ? {} : { id: repair.repairId }),
    start_time: repair.startedAt.getTime(),
    end_time: repair.endedAt?.getTime() ?? 0,
    state: stateOf(state),
    status: statusOf(state),
    task_run_ids: tasks
      .filter((task) => task.repairIndex === repair.index)
      .map((task) => task.taskRunId),
  }
}
