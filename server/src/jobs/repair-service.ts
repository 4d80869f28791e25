import { createHash } from 'node:crypto'
import { appendEvent, inTransaction, newIntId, type Ctx } from '../core/index.ts'
import { jobsErrors } from './errors.ts'
import { findJob } from './job-store.ts'
import { selectTasks } from './only.ts'
import { chooseTasks, explainChoice, type RepairStep, type RepairWish } from './repair-choice.ts'
import { listRepairs, listTaskRuns } from './run-reads.ts'
import { checkOverrides, getRun, parametersOf } from './run-service.ts'
import { findDefinition, upsertDefinition } from './run-store.ts'
import { insertTaskRuns, newTaskRow, supersedeTaskRuns } from './task-run-store.ts'
import { insertOriginal, insertRepair, reopenRun } from './repair-store.ts'
import type { JobSettings, Task } from './settings-schema.ts'
import { LifeCycle, hasEnded, type JobRun, type RunOverrides, type TaskRun } from './types.ts'

export interface RepairInput extends RepairWish {
  /** The newest repair that the caller knows of; needed from the second repair on. */
  readonly latestRepairId?: number | undefined
  readonly overrides: RunOverrides
  /** The backfill that asks for it. */
  readonly backfillId?: number
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
    const { backfillId = run.backfillId } = input
    await reopen(tx, run, { settings, overrides, parameters, repairId, backfillId })
    await renewAttempts(tx, { run, settings: selected(settings, overrides), attempts, chosen })
    return { repairId }
  })
}

export interface RepairPlan {
  readonly steps: readonly RepairStep[]
  /** What the repair must name as the newest it knows of. */
  readonly latestRepairId: number | undefined
}

/** What `repairRun` would run again, and what it would keep, without doing it. */
export async function previewRepair(
  ctx: Ctx,
  wish: RepairWish,
  overrides: Pick<RunOverrides, 'only'> = {},
): Promise<RepairPlan> {
  const run = await getRun(ctx, wish.runId)
  if (!hasEnded(run.lifeCycle)) {
    throw jobsErrors.JOBS_RUN_ACTIVE(run.runId, run.lifeCycle, 'repaired')
  }
  const settings = await currentSettings(ctx, run)
  const attempts = (await listTaskRuns(ctx.db, [run.runId])).filter((task) => task.isCurrent)
  const repairs = await listRepairs(ctx.db, run.runId)
  return {
    steps: explainChoice(selected(settings, { ...run.overrides, ...overrides }), attempts, wish),
    latestRepairId: repairs.findLast((repair) => repair.index > 0)?.repairId,
  }
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

async function reopen(
  tx: Ctx,
  run: JobRun,
  next: {
    readonly settings: JobSettings
    readonly overrides: RunOverrides
    readonly parameters: Readonly<Record<string, string>>
    readonly repairId: number
    readonly backfillId: number | undefined
  },
): Promise<void> {
  const { settings, overrides, parameters, repairId, backfillId } = next
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
    backfillId,
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
  await insertTaskRuns(tx, rows)
}
