import type { Selectable } from 'kysely'
import type { Db } from '../../core/index.ts'
import { selectTasks } from '../only.ts'
import { findDefinitions, listRunRows, toRun } from '../run-store.ts'
import { listCurrentTaskRows } from '../task-run-store.ts'
import type { JobSettings } from '../settings-schema.ts'
import type { JobRunTable, TaskRunTable } from '../tables.ts'
import { compileGraph, healthLimitMs, type TaskGraph } from '../task-graph.ts'
import { LifeCycle, hasEnded, type JobRun, type Result } from '../types.ts'
import { newAttempt, type AttemptState, type End, type Phase, type RunState } from './run-state.ts'

/** A run that this engine drives, as last committed. */
export interface LiveRun {
  readonly run: JobRun
  readonly settings: JobSettings
  readonly state: RunState
  /** Ends that others have decided for attempts that wait. */
  readonly delivered: readonly { readonly id: number; readonly end: End }[]
  /** The lease's fencing number: a write under an older one is refused. */
  readonly epoch: number
}

/** Reads what the database knows of runs; one that is gone is missing. */
export async function loadRuns(db: Db, runIds: readonly number[]): Promise<Map<number, LiveRun>> {
  if (runIds.length === 0) return new Map()
  const runRows = await listRunRows(db, runIds)
  const hashes = new Set(runRows.map((row) => row.definition_hash))
  const definitions = await findDefinitions(db, [...hashes])
  const taskRows = Map.groupBy(await listCurrentTaskRows(db, runIds), (row) => row.run_id)
  return new Map(
    runRows.map((row) => {
      const settings = definitions.get(row.definition_hash)
      if (!settings) {
        throw new Error(`Run ${row.run_id} has lost its definition ${row.definition_hash}`)
      }
      return [row.run_id, toLiveRun(row, settings, taskRows.get(row.run_id) ?? [])]
    }),
  )
}

function toLiveRun(
  row: Selectable<JobRunTable>,
  settings: JobSettings,
  rows: readonly Selectable<TaskRunTable>[],
): LiveRun {
  const run = toRun(row)
  const tasks = settings.tasks ?? []
  const graph = compileGraph(tasks, run.overrides.only && selectTasks(tasks, run.overrides.only))
  const delivered = rows.flatMap((task) =>
    task.delivered === null
      ? []
      : [{ id: task.task_run_id, end: JSON.parse(task.delivered) as End }],
  )
  return {
    run,
    settings,
    delivered,
    epoch: row.epoch,
    state: toState({ run, settings }, graph, rows),
  }
}

function toState(
  { run, settings }: { readonly run: JobRun; readonly settings: JobSettings },
  graph: TaskGraph,
  rows: readonly Selectable<TaskRunTable>[],
): RunState {
  const byKey = new Map(
    rows.filter((row) => row.parent_task_run_id === null).map((row) => [row.task_key, row]),
  )
  const tasks = graph.tasks.map((task) => {
    const row = byKey.get(task.key)
    if (!row) throw new Error(`Run ${run.runId} has no attempt of task ${task.key}`)
    return toAttempt(row)
  })
  const iterations = new Map<number, AttemptState[]>()
  for (const row of rows) {
    if (row.parent_task_run_id === null || row.iteration === null) continue
    const list = iterations.get(row.parent_task_run_id) ?? []
    list[row.iteration] = toAttempt(row)
    iterations.set(row.parent_task_run_id, list)
  }
  const waits = rows.filter((row) => phaseOf(row) === 'waiting')
  return {
    runId: run.runId,
    graph,
    lifeCycle: run.lifeCycle,
    message: run.message,
    cancelRequested: run.cancelRequestedAt !== undefined,
    deadline: deadlineOf(run),
    healthAt: healthAtOf(run, settings),
    tasks,
    iterations,
    waitMessages: new Map(waits.map((row) => [row.task_run_id, row.message])),
  }
}

/** Counted from when it left the queue. */
export function deadlineOf(run: JobRun): number | undefined {
  if (run.timeoutSeconds === 0 || !run.startedAt) return undefined
  return run.startedAt.getTime() + run.timeoutSeconds * 1000
}

/** Counted from when it left the queue, until it was said once. */
export function healthAtOf(run: JobRun, settings: JobSettings): number | undefined {
  const limit = healthLimitMs(settings.health)
  if (limit === undefined || !run.startedAt || run.healthBrokenAt) return undefined
  return run.startedAt.getTime() + limit
}

function toAttempt(row: Selectable<TaskRunTable>): AttemptState {
  return newAttempt(row.task_run_id, {
    phase: phaseOf(row),
    attemptNumber: row.attempt_number,
    retryNumber: row.retry_number,
    originalId: row.original_task_run_id,
    iteration: row.iteration ?? undefined,
    startedAt: row.started_at ?? undefined,
    notBefore: row.not_before ?? undefined,
    stopReason: row.stop_reason ?? undefined,
    cancelRequested: row.cancel_requested === 1,
    unhealthy: row.health_broken_at !== null,
    human: row.life_cycle === LifeCycle.Blocked && row.started_at !== null,
    inputCount: row.input_count ?? undefined,
    end: endOf(row),
  })
}

function endOf(row: Selectable<TaskRunTable>): AttemptState['end'] {
  if (!hasEnded(row.life_cycle)) return undefined
  return {
    lifeCycle:
      row.life_cycle === LifeCycle.InternalError ? LifeCycle.InternalError : LifeCycle.Terminated,
    result: row.result as Result,
    code: row.code ?? 'INTERNAL_ERROR',
    message: row.message,
    ...(row.outcome === null ? {} : { outcome: row.outcome }),
  }
}

const phases: Readonly<Partial<Record<LifeCycle, Phase>>> = {
  [LifeCycle.Blocked]: 'blocked',
  [LifeCycle.Pending]: 'ready',
  [LifeCycle.WaitingForRetry]: 'retrying',
  [LifeCycle.Running]: 'running',
  [LifeCycle.Terminating]: 'stopping',
}

function phaseOf(row: Selectable<TaskRunTable>): Phase {
  if (row.wait_key !== null && !hasEnded(row.life_cycle)) return 'waiting'
  return phases[row.life_cycle] ?? 'ended'
}
