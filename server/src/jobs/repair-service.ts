import { createHash } from 'node:crypto'
import { appendEvent, inTransaction, newIntId, type Ctx } from '../core/index.ts'
import { jobsErrors } from './errors.ts'
import { findJob } from './job-store.ts'
import { selectTasks, withDependents } from './only.ts'
import { listRepairs, listTaskRuns } from './run-reads.ts'
import { getRun } from './run-actions.ts'
import { checkOverrides, parametersOf } from './run-service.ts'
import { findDefinition, upsertDefinition } from './run-store.ts'
import { insertTaskRuns, newTaskRow, supersedeTaskRuns } from './task-run-store.ts'
import { insertOriginal, insertRepair, reopenRun } from './repair-store.ts'
import type { JobSettings, Task } from './settings-schema.ts'
import {
  LifeCycle,
  Result,
  hasEnded,
  type JobRun,
  type RunOverrides,
  type TaskRun,
} from './types.ts'

export interface RepairInput {
  readonly runId: number
  /** The newest repair that the caller knows of; needed from the second repair on. */
  readonly latestRepairId?: number | undefined
  readonly tasks?: readonly string[] | undefined
  readonly allFailed?: boolean | undefined
  readonly dependents?: boolean | undefined
  readonly overrides: RunOverrides
}

/**
 * Runs some tasks of an ended run again, with the job's settings of now. The other tasks keep their
 * results; those that were skipped because of a repaired one run as well.
 */
export async function repairRun(
  ctx: Ctx,
  input: RepairInput,
): Promise<{ readonly repairId: number }> {
  return inTransaction(ctx, async (tx) => {
    const run = await getRun(tx, input.runId)
    if (!hasEnded(run.lifeCycle)) {
      throw jobsErrors.JOBS_RUN_ACTIVE(run.runId, run.lifeCycle, 'repaired')
    }
    await checkLatest(tx, run, input.latestRepairId)
    const settings = await currentSettings(tx, run)
    const overrides = { ...run.overrides, ...checkOverrides(input.overrides) }
    const parameters = { ...parametersOf(settings, overrides) }
    const attempts = (await listTaskRuns(tx.db, [run.runId])).filter((task) => task.isCurrent)
    const chosen = chooseTasks(selected(settings, overrides), attempts, input)
    const repairId = newIntId(tx.now().getTime())
    await reopen(tx, run, { settings, overrides, parameters, repairId })
    await renewAttempts(tx, { run, settings: selected(settings, overrides), attempts, chosen })
    return { repairId }
  })
}

function selected(settings: JobSettings, overrides: RunOverrides): Task[] {
  const tasks = settings.tasks ?? []
  const only = overrides.only && selectTasks(tasks, overrides.only)
  return only ? tasks.filter((task) => only.has(task.task_key)) : tasks
}

async function checkLatest(tx: Ctx, run: JobRun, latest: number | undefined): Promise<void> {
  const newest = (await listRepairs(tx.db, run.runId)).findLast((repair) => repair.index > 0)
  if (newest?.repairId === latest) return
  throw jobsErrors.JOBS_REPAIR_INVALID(
    newest
      ? `latest_repair_id must be ${newest.repairId}, the newest repair of run ${run.runId}; found ${latest ?? 'none'}`
      : `Run ${run.runId} has no repair yet; leave latest_repair_id out`,
  )
}

async function currentSettings(tx: Ctx, run: JobRun): Promise<JobSettings> {
  const job = run.jobId === undefined ? undefined : await findJob(tx.db, run.jobId)
  const settings = job?.settings ?? (await findDefinition(tx.db, run.definitionHash))
  if (!settings) throw jobsErrors.JOBS_RUN_NOT_FOUND(run.runId)
  return settings
}

const repairable: ReadonlySet<Result> = new Set([
  Result.Failed,
  Result.TimedOut,
  Result.Canceled,
  Result.UpstreamFailed,
  Result.UpstreamCanceled,
])

function chooseTasks(
  tasks: readonly Task[],
  attempts: readonly TaskRun[],
  input: RepairInput,
): Set<string> {
  const named = input.tasks ?? []
  if (named.length > 0 === (input.allFailed === true)) {
    throw jobsErrors.JOBS_REPAIR_INVALID(
      'A repair names either rerun_tasks or rerun_all_failed_tasks, and one of them is needed',
    )
  }
  const known = new Set(tasks.map((task) => task.task_key))
  const unknown = named.find((key) => !known.has(key))
  if (unknown !== undefined) {
    throw jobsErrors.JOBS_REPAIR_INVALID(
      `rerun_tasks names '${unknown}', which is not a task of the job (${[...known].join(', ')})`,
    )
  }
  const failed = attempts.filter((task) => task.result && repairable.has(task.result))
  const chosen = new Set(named.length > 0 ? named : failed.map((task) => task.taskKey))
  // Whatever follows a repaired task and did not run, runs now; what did run only when asked.
  const skipped = new Set(failed.filter((task) => !task.startedAt).map((task) => task.taskKey))
  for (const key of withDependents(tasks, chosen)) {
    if (input.dependents === true || skipped.has(key)) chosen.add(key)
  }
  // A task that the job has gained since has never run.
  const had = new Set(attempts.map((task) => task.taskKey))
  for (const key of known) if (!had.has(key)) chosen.add(key)
  if (chosen.size === 0) {
    throw jobsErrors.JOBS_REPAIR_INVALID(
      `Run ${input.runId} has no failed task; name the tasks to run again in rerun_tasks`,
    )
  }
  return chosen
}

async function reopen(
  tx: Ctx,
  run: JobRun,
  next: {
    readonly settings: JobSettings
    readonly overrides: RunOverrides
    readonly parameters: Readonly<Record<string, string>>
    readonly repairId: number
  },
): Promise<void> {
  const { settings, overrides, parameters, repairId } = next
  const definitionHash = createHash('sha256').update(JSON.stringify(settings)).digest('hex')
  const repairCount = run.repairCount + 1
  await upsertDefinition(tx.db, definitionHash, settings)
  if (run.repairCount === 0) await insertOriginal(tx.db, run)
  const repair = { repairId, runId: run.runId, index: repairCount, startedAt: tx.now() }
  await insertRepair(tx.db, repair)
  await reopenRun(tx.db, run.runId, {
    definitionHash,
    overrides,
    parameters,
    timeoutSeconds: settings.timeout_seconds ?? 0,
    repairCount,
  })
  await appendEvent(tx, {
    type: 'jobs.run_changed',
    subject: `job-run:${run.runId}`,
    payload: {
      job_id: run.jobId ?? null,
      run_id: run.runId,
      life_cycle_state: LifeCycle.Pending,
      result_state: null,
    },
  })
}

async function renewAttempts(
  tx: Ctx,
  input: {
    readonly run: JobRun
    readonly settings: readonly Task[]
    readonly attempts: readonly TaskRun[]
    readonly chosen: ReadonlySet<string>
  },
): Promise<void> {
  const now = tx.now().getTime()
  const before = new Map(input.attempts.map((task) => [task.taskKey, task]))
  const replaced = input.attempts.filter((task) => input.chosen.has(task.taskKey))
  await supersedeTaskRuns(
    tx.db,
    replaced.map((task) => task.taskRunId),
  )
  const rows = input.settings.flatMap((task, position) => {
    if (!input.chosen.has(task.task_key)) return []
    const id = newIntId(now)
    const last = before.get(task.task_key)
    return newTaskRow(id, {
      run_id: input.run.runId,
      task_key: task.task_key,
      position,
      created_at: now,
      attempt_number: last ? last.attemptNumber + 1 : 0,
      repair_index: input.run.repairCount + 1,
      original_task_run_id: last?.originalTaskRunId ?? id,
    })
  })
  await insertTaskRuns(tx.db, rows)
}
