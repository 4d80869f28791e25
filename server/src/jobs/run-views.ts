/** What the run routes answer, put together from several reads. */
import { AppError, type Ctx } from '../core/index.ts'
import { tailLog } from '../compute/index.ts'
import { listDecisions } from './cache/cache-reads.ts'
import type { CacheDecision } from './cache/types.ts'
import { visibleOfJobs } from './job-access.ts'
import { jobsErrors } from './errors.ts'
import { decodeToken, encodeToken } from './page-token.ts'
import {
  countIterations,
  findOutput,
  listIterations,
  listRepairs,
  listResolved,
  listRuns,
  listTaskRuns,
  type RunCursor,
  type RunPage,
} from './run-reads.ts'
import { getRun } from './run-service.ts'
import type { ListRuns } from './run-schema.ts'
import { findDefinition, findRun } from './run-store.ts'
import { findTaskRun } from './task-run-store.ts'
import { toRepairWire, toRunWire, toTaskWire, type RunParts } from './run-wire.ts'
import type { JobSettings } from './settings-schema.ts'
import type { TaskOutput } from './tasks/contract.ts'
import { Result, attemptIdOf, hasEnded, type JobRun, type TaskRun } from './types.ts'

type Wire = Record<string, unknown>

const tasksPerPage = 100
const maxLogBytes = 5 * 1024 * 1024

export interface RunQuery {
  readonly runId: number
  readonly history: boolean
  readonly resolvedValues: boolean
  readonly token: string | undefined
}

/** A run with its tasks, or one attempt with its iterations. */
export async function viewRun(ctx: Ctx, query: RunQuery): Promise<Wire> {
  const attempt = await findTaskRun(ctx.db, query.runId)
  if (attempt) return viewTaskRun(ctx, attempt, query)
  const run = await getRun(ctx, query.runId)
  const tasks = await listTaskRuns(ctx.db, [run.runId])
  const offset = query.token === undefined ? 0 : decodeToken(query.token, ['offset']).offset
  const page = tasks.slice(offset, offset + tasksPerPage)
  const parts = await partsOf(ctx, run, { tasks: page, resolvedValues: query.resolvedValues })
  const more = tasks.length > offset + tasksPerPage
  const repairs = query.history ? await viewRepairs(ctx, run, tasks) : undefined
  return {
    ...toRunWire(parts),
    tasks: await viewTasks(ctx, parts),
    ...(repairs ? { repair_history: repairs } : {}),
    ...(more
      ? { has_more: true, next_page_token: encodeToken({ offset: offset + tasksPerPage }) }
      : {}),
  }
}

async function partsOf(
  ctx: Ctx,
  run: JobRun,
  of: { readonly tasks: readonly TaskRun[]; readonly resolvedValues: boolean },
): Promise<RunParts> {
  const settings = await settingsOf(ctx, run)
  const ids = of.tasks.map((task) => task.taskRunId)
  const resolved = of.resolvedValues ? { resolved: await listResolved(ctx.db, ids) } : {}
  return { run, settings, tasks: of.tasks, url: ctx.url, ...resolved }
}

async function settingsOf(ctx: Ctx, run: JobRun): Promise<JobSettings> {
  return (await findDefinition(ctx.db, run.definitionHash)) ?? {}
}

async function viewTasks(ctx: Ctx, parts: RunParts): Promise<Wire[]> {
  const ids = parts.tasks.map((task) => task.taskRunId)
  const counts = await countIterations(ctx.db, ids)
  const decisions = await decisionsOf(ctx, parts.settings, ids)
  return parts.tasks.map((task) => {
    const own = counts.filter((count) => count.parentTaskRunId === task.taskRunId)
    const wire = toTaskWire({ ...parts, decisions }, task)
    const forEach = wire['for_each_task']
    if (own.length === 0 || typeof forEach !== 'object') return wire
    return { ...wire, for_each_task: { ...forEach, stats: statsOf(own) } }
  })
}

async function decisionsOf(
  ctx: Ctx,
  { tasks = [] }: JobSettings,
  taskRunIds: readonly number[],
): Promise<ReadonlyMap<number, CacheDecision>> {
  const asks = tasks.some((task) => task.cache ?? task.for_each_task?.task.cache)
  return asks ? listDecisions(ctx.db, taskRunIds) : new Map()
}

function statsOf(counts: Awaited<ReturnType<typeof countIterations>>): Wire {
  const sum = (accept: (count: (typeof counts)[number]) => boolean) =>
    counts.filter(accept).reduce((total, count) => total + count.count, 0)
  const total = sum(() => true)
  const ended = sum((count) => hasEnded(count.lifeCycle))
  const succeeded = sum((count) => count.result === Result.Success)
  return {
    task_run_stats: {
      active_iterations: total - ended,
      completed_iterations: ended,
      failed_iterations: ended - succeeded,
      scheduled_iterations: total,
      succeeded_iterations: succeeded,
      total_iterations: total,
    },
  }
}

async function viewRepairs(ctx: Ctx, run: JobRun, tasks: readonly TaskRun[]): Promise<Wire[]> {
  const repairs = await listRepairs(ctx.db, run.runId)
  if (repairs.length > 0) return repairs.map((repair) => toRepairWire(repair, tasks))
  const original = { ...run, repairId: run.runId, index: 0, startedAt: run.createdAt }
  return [toRepairWire(original, tasks)]
}

async function viewTaskRun(ctx: Ctx, attempt: TaskRun, query: RunQuery): Promise<Wire> {
  const run = await getRun(ctx, attempt.runId)
  const parts = await partsOf(ctx, run, {
    tasks: [attempt],
    resolvedValues: query.resolvedValues,
  })
  const iterations = await listIterations(ctx.db, attempt.taskRunId)
  const decisions = await decisionsOf(
    ctx,
    parts.settings,
    iterations.map((iteration) => iteration.taskRunId),
  )
  const [task] = await viewTasks(ctx, parts)
  return {
    ...toRunWire(parts),
    ...task,
    job_run_id: run.runId,
    tasks: [task],
    ...(iterations.length === 0
      ? {}
      : {
          iterations: iterations.map((iteration) => ({
            ...toTaskWire({ ...parts, decisions }, iteration),
            iteration: iteration.iteration,
          })),
        }),
  }
}

export async function viewRuns(ctx: Ctx, query: ListRuns): Promise<Wire> {
  if (query.active_only && query.completed_only) {
    throw jobsErrors.JOBS_PARAMETER_INVALID(
      'active_only and completed_only exclude each other; give one of them',
    )
  }
  const page = await pageOfRuns(ctx, query)
  const visible = await visibleOfJobs(ctx, page.runs)
  const tasks = query.expand_tasks
    ? await listTaskRuns(
        ctx.db,
        visible.map((run) => run.runId),
      )
    : []
  const runs: Wire[] = []
  const known = new Map<string, JobSettings>()
  for (const run of visible) {
    const own = tasks.filter((task) => task.runId === run.runId)
    const settings = known.get(run.definitionHash) ?? (await settingsOf(ctx, run))
    known.set(run.definitionHash, settings)
    const shown = own.slice(0, tasksPerPage)
    const parts = { run, settings, tasks: shown, url: ctx.url }
    runs.push({
      ...toRunWire(parts),
      ...(query.expand_tasks ? { tasks: await viewTasks(ctx, parts) } : {}),
      ...(own.length > tasksPerPage ? { has_more: true } : {}),
    })
  }
  return { runs, ...tokensOf(page) }
}

function tokensOf(page: RunPage): Wire {
  const first = page.runs.at(0)
  const last = page.runs.at(-1)
  const token = (run: JobRun, side: string) =>
    encodeToken({ at: run.createdAt.getTime(), run_id: run.runId, side })
  return {
    has_more: page.hasOlder && last !== undefined,
    ...(page.hasOlder && last ? { next_page_token: token(last, 'older') } : {}),
    ...(page.hasNewer && first ? { prev_page_token: token(first, 'newer') } : {}),
  }
}

const defaultRuns = 20
const mostRuns = 25

async function pageOfRuns(ctx: Ctx, query: ListRuns): Promise<RunPage> {
  const limit = query.limit ?? defaultRuns
  const { start_time_from: from, start_time_to: to, job_id: jobId } = query
  // Runs started by run_job tasks are JOB_RUN here; there are no notebook workflows.
  if (query.run_type === 'WORKFLOW_RUN') return { runs: [], hasOlder: false, hasNewer: false }
  return listRuns(ctx.db, {
    limit: limit === 0 ? mostRuns : limit,
    ...(jobId === undefined ? {} : { jobId }),
    ...(query.active_only ? { active: true } : {}),
    ...(query.completed_only ? { active: false } : {}),
    ...(query.run_type === undefined ? {} : { type: query.run_type }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(query.page_token === undefined ? {} : { after: cursorOf(query.page_token) }),
  })
}

function cursorOf(token: string): RunCursor {
  const place = decodeToken(token, ['at', 'run_id'], ['side'])
  return {
    createdAt: place.at,
    runId: place.run_id,
    direction: place.side === 'newer' ? 'newer' : 'older',
  }
}

/** The attempt that a run id means: itself, or the only task of a run. */
export async function attemptOf(ctx: Ctx, runId: number): Promise<TaskRun> {
  const attempt = await findTaskRun(ctx.db, runId)
  if (attempt) return attempt
  const run = await findRun(ctx.db, runId)
  if (!run) throw jobsErrors.JOBS_RUN_NOT_FOUND(runId)
  const tasks = (await listTaskRuns(ctx.db, [runId])).filter((task) => task.isCurrent)
  const [only] = tasks
  if (!only || tasks.length > 1) throw jobsErrors.JOBS_OUTPUT_OF_PARENT(runId)
  return only
}

export async function viewOutput(ctx: Ctx, runId: number): Promise<Wire> {
  const attempt = await attemptOf(ctx, runId)
  const { output } = await findOutput(ctx.db, attempt.taskRunId)
  const metadata = await viewRun(ctx, {
    runId: attempt.taskRunId,
    history: false,
    resolvedValues: false,
    token: undefined,
  })
  return { metadata, ...outputWire(attempt, output, metadata), ...(await viewLogs(ctx, attempt)) }
}

function outputWire(attempt: TaskRun, output: TaskOutput, metadata: Wire): Wire {
  const failed = hasEnded(attempt.lifeCycle) && attempt.result !== Result.Success
  const error = output.error ?? (failed ? attempt.message : undefined)
  return {
    ...(error ? { error } : {}),
    ...(output.errorTrace ? { error_trace: output.errorTrace } : {}),
    ...('notebook_task' in metadata
      ? { notebook_output: { result: output.notebookResult ?? '', truncated: false } }
      : {}),
    ...(output.childRunId === undefined ? {} : { run_job_output: { run_id: output.childRunId } }),
    ...(output.sql ? { sql_output: sqlWire(output.sql) } : {}),
    ...(attempt.lifeCycle === 'BLOCKED' && attempt.message ? { info: attempt.message } : {}),
  }
}

function sqlWire(sql: NonNullable<TaskOutput['sql']>): Wire {
  const values = (row: readonly unknown[]) => ({
    values: row.map((value) => ({
      string_value: typeof value === 'string' ? value : JSON.stringify(value),
    })),
  })
  return {
    file_output: {
      warehouse_id: 'default',
      query_result: {
        columns: sql.columns.map(({ name }) => ({ name })),
        rows: sql.rows.map(values),
        truncated: sql.truncated,
      },
    },
  }
}

async function viewLogs(ctx: Ctx, attempt: TaskRun): Promise<Wire> {
  try {
    const tail = await tailLog(ctx, attemptIdOf(attempt.taskRunId), maxLogBytes)
    return { logs: tail.text, logs_truncated: tail.truncated }
  } catch (error) {
    // It never had a process.
    if (error instanceof AppError && error.code === 'COMPUTE_ATTEMPT_NOT_FOUND') return {}
    throw error
  }
}
