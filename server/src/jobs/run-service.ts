import { createHash } from 'node:crypto'
import { appendEvent, inTransaction, newIntId, type Ctx } from '../core/index.ts'
import './events.ts'
import { jobsErrors } from './errors.ts'
import { checkNotified, notify } from './notifications/notify.ts'
import { checkChildren } from './job-access.ts'
import { findJob, lockJob, type Job } from './job-store.ts'
import { selectTasks } from './only.ts'
import {
  countRunning,
  findRun,
  findRunByToken,
  insertRun,
  upsertDefinition,
  type NewRun,
} from './run-store.ts'
import { insertTaskRuns, newTaskRow } from './task-run-store.ts'
import type { JobSettings } from './settings-schema.ts'
import { checkSettings } from './settings-check.ts'
import { compileGraph } from './task-graph.ts'
import {
  LifeCycle,
  Result,
  RunType,
  TriggerType,
  hasEnded,
  type JobRun,
  type RunOverrides,
  type State,
} from './types.ts'

export interface RunNowInput {
  readonly jobId: number
  readonly overrides?: RunOverrides
  readonly trigger?: TriggerType
  readonly triggerInfo?: Readonly<Record<string, unknown>>
  readonly idempotencyToken?: string | undefined
  /** Wait instead of skipping; the job's own setting when absent. */
  readonly queue?: boolean | undefined
  readonly parentTaskRunId?: number
  /** The instant of the schedule that it is for. */
  readonly logicalAt?: Date | undefined
  /** Starts at once, beside the job's concurrent runs. */
  readonly backfillId?: number
}

export async function getRun(ctx: Ctx, runId: number): Promise<JobRun> {
  const run = await findRun(ctx.db, runId)
  if (!run) throw jobsErrors.JOBS_RUN_NOT_FOUND(runId)
  return run
}

/** Starts a run of a job, or queues or skips it when too many are running. */
export async function runNow(ctx: Ctx, input: RunNowInput): Promise<{ readonly runId: number }> {
  return inTransaction(ctx, async (tx) => {
    const before = await findByToken(tx, input.idempotencyToken)
    if (before !== undefined) return { runId: before }
    await lockJob(tx.db, input.jobId)
    const job = await findJob(tx.db, input.jobId)
    if (!job) throw jobsErrors.JOBS_JOB_NOT_FOUND(input.jobId)
    const overrides = checkOverrides(input.overrides ?? {})
    const { settings } = job
    const runId = await createRun(tx, {
      ...(input.backfillId === undefined ? await admit(tx, job, input.queue) : pending),
      jobId: job.jobId,
      settings,
      name: settings.name ?? 'Untitled',
      type: RunType.JobRun,
      trigger: input.trigger ?? TriggerType.OneTime,
      triggerInfo: input.triggerInfo ?? {},
      runAs: runAsOf(job),
      parameters: parametersOf(settings, overrides),
      overrides,
      idempotencyToken: input.idempotencyToken,
      parentTaskRunId: input.parentTaskRunId,
      logicalAt: input.logicalAt,
      backfillId: input.backfillId,
    })
    return { runId }
  })
}

export interface SubmitInput {
  readonly settings: JobSettings
  readonly idempotencyToken?: string | undefined
}

/** Runs tasks once, without a job. */
export async function submitRun(ctx: Ctx, input: SubmitInput): Promise<{ readonly runId: number }> {
  const { settings } = input
  checkSettings(settings)
  await checkNotified(ctx, settings)
  await checkChildren(ctx, settings)
  return inTransaction(ctx, async (tx) => {
    const before = await findByToken(tx, input.idempotencyToken)
    if (before !== undefined) return { runId: before }
    const runId = await createRun(tx, {
      ...pending,
      jobId: undefined,
      settings,
      name: settings.name ?? 'Untitled',
      type: RunType.SubmitRun,
      trigger: TriggerType.OneTime,
      triggerInfo: {},
      runAs: namedRunAs(settings) ?? tx.principal.name,
      parameters: parametersOf(settings, {}),
      overrides: {},
      idempotencyToken: input.idempotencyToken,
      parentTaskRunId: undefined,
      logicalAt: undefined,
      backfillId: undefined,
    })
    return { runId }
  })
}

async function findByToken(tx: Ctx, token: string | undefined): Promise<number | undefined> {
  if (token === undefined) return undefined
  const found = await findRunByToken(tx.db, token)
  if (found?.deleted) throw jobsErrors.JOBS_TOKEN_OF_DELETED_RUN(token)
  return found?.runId
}

const pending: State = {
  lifeCycle: LifeCycle.Pending,
  result: undefined,
  code: undefined,
  message: '',
}

async function admit(tx: Ctx, job: Job, queue: boolean | undefined): Promise<State> {
  const { settings } = job
  const limit = settings.max_concurrent_runs ?? 1
  const running = await countRunning(tx.db, job.jobId)
  if (running < limit) return pending
  const mayQueue = queue ?? settings.queue?.enabled ?? false
  if (mayQueue && limit > 0) {
    return {
      ...pending,
      lifeCycle: LifeCycle.Queued,
      message: `Queued: the job already has ${running} of ${limit} concurrent runs`,
    }
  }
  return {
    lifeCycle: LifeCycle.Skipped,
    result: Result.TooManyRuns,
    code: 'MAX_CONCURRENT_RUNS_EXCEEDED',
    message: `Skipped: the job already has ${running} of ${limit} concurrent runs`,
  }
}

/** The name that the run's tasks act under. */
function runAsOf(job: Job): string {
  return namedRunAs(job.settings) ?? job.settings.name ?? `job-${job.jobId}`
}

function namedRunAs(settings: JobSettings): string | undefined {
  return settings.run_as?.service_principal_name ?? settings.run_as?.user_name
}

const legacyParameterBytes = 10_000

/** Refuses parameters that are too large for the older `*_params` fields. */
export function checkOverrides(overrides: RunOverrides): RunOverrides {
  for (const [field, value] of Object.entries(overrides)) {
    if (!field.endsWith('_params')) continue
    const bytes = Buffer.byteLength(JSON.stringify(value))
    if (bytes <= legacyParameterBytes) continue
    throw jobsErrors.JOBS_PARAMETER_INVALID(
      `${field} is ${bytes} bytes of JSON; the limit is ${legacyParameterBytes}`,
    )
  }
  return overrides
}

/** Every job parameter with its value in this run. */
export function parametersOf(
  settings: JobSettings,
  overrides: RunOverrides,
): Record<string, string> {
  const values = Object.fromEntries((settings.parameters ?? []).map((p) => [p.name, p.default]))
  for (const [name, value] of Object.entries(overrides.job_parameters ?? {})) {
    if (!Object.hasOwn(values, name)) {
      const known = Object.keys(values).join(', ') || 'none'
      throw jobsErrors.JOBS_PARAMETER_INVALID(
        `job_parameters names '${name}', which the job does not define (it has: ${known})`,
      )
    }
    values[name] = value
  }
  return values
}

interface CreateRunInput
  extends
    State,
    Omit<
      NewRun,
      keyof State | 'runId' | 'creator' | 'definitionHash' | 'createdAt' | 'timeoutSeconds'
    > {
  readonly settings: JobSettings
}

async function createRun(tx: Ctx, input: CreateRunInput): Promise<number> {
  const { settings, ...columns } = input
  const createdAt = tx.now()
  const runId = newIntId(createdAt.getTime())
  const json = JSON.stringify(settings)
  const definitionHash = createHash('sha256').update(json).digest('hex')
  await upsertDefinition(tx.db, definitionHash, settings)
  const run: NewRun = {
    ...columns,
    runId,
    creator: tx.principal.name,
    definitionHash,
    createdAt,
    timeoutSeconds: settings.timeout_seconds ?? 0,
  }
  await insertRun(tx.db, run)
  if (hasEnded(run.lifeCycle)) {
    const { result, message } = run
    const what = { kind: 'ended', result, message, triedAgain: false } as const
    await notify(tx, { run, notified: settings, what })
  } else {
    await insertTasks(tx, run, settings)
  }
  await appendEvent(tx, {
    type: 'jobs.run_changed',
    subject: `job-run:${runId}`,
    payload: {
      job_id: run.jobId ?? null,
      run_id: runId,
      life_cycle_state: run.lifeCycle,
      result_state: run.result ?? null,
    },
  })
  return runId
}

async function insertTasks(tx: Ctx, run: NewRun, settings: JobSettings): Promise<void> {
  const tasks = settings.tasks ?? []
  const graph = compileGraph(tasks, run.overrides.only && selectTasks(tasks, run.overrides.only))
  const now = run.createdAt.getTime()
  const rows = graph.tasks.map((task) =>
    newTaskRow(newIntId(now), {
      run_id: run.runId,
      task_key: task.key,
      position: task.index,
      created_at: now,
    }),
  )
  await insertTaskRuns(tx, rows)
}
