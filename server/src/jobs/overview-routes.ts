import { Readable } from 'node:stream'
import { Type, type Static } from 'typebox'
import { readLog } from '../compute/index.ts'
import { AppError, type App, type Ctx, type RoutePlugin } from '../core/index.ts'
import { closed } from './closed-object.ts'
import { latestRuns, runStates, searchRuns, type RunLine } from './overview-reads.ts'
import { visibleOfJobs } from './job-access.ts'
import { decodeToken, encodeToken } from './page-token.ts'
import { previewRepair } from './repair-service.ts'
import { attemptOf } from './run-views.ts'
import { getRun } from './run-service.ts'
import { TriggerType, attemptIdOf } from './types.ts'
import { listTaskValues } from './value-store.ts'

const base = '/api/millrace/1.0/jobs'
const tags = ['jobs']
const RunPath = closed({ run_id: Type.Integer({ description: 'A run, or a task run.' }) })

/** What pages need of many runs at once, and what a repair would do. */
export const overviewRoutes: RoutePlugin = async (app) => {
  lists(app)
  repairs(app)
  results(app)
}

const Latest = closed({
  job_id: Type.Array(Type.Integer(), { maxItems: 100, description: 'Jobs, at most 100.' }),
  limit: Type.Integer({ minimum: 1, maximum: 50, default: 12, description: 'Runs of each job.' }),
})

const Search = closed({
  job_id: Type.Optional(Type.Integer({ description: 'Only runs of this job.' })),
  state: Type.Optional(
    Type.Union(
      runStates.map((state) => Type.Literal(state)),
      { description: 'Where the runs stand.' },
    ),
  ),
  trigger: Type.Optional(
    Type.Union(
      Object.values(TriggerType).map((trigger) => Type.Literal(trigger)),
      { description: 'What started them.' },
    ),
  ),
  from_ms: Type.Optional(Type.Integer({ description: 'Started then or later, epoch ms.' })),
  to_ms: Type.Optional(Type.Integer({ description: 'Started before, epoch ms.' })),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 100, description: 'Runs of a page.' }),
  page_token: Type.Optional(Type.String({ description: 'Of an answer.' })),
})
type Search = Static<typeof Search>

function lists(app: App): void {
  app.get(
    `${base}/latest-runs`,
    { schema: { tags, querystring: Latest } },
    async ({ ctx, query }) => {
      const found = await latestRuns(ctx.db, { jobIds: query.job_id, limit: query.limit })
      return {
        jobs: [...found].map(([job_id, runs]) => ({ job_id, runs: runs.map(toWire) })),
      }
    },
  )
  app.get(`${base}/runs`, { schema: { tags, querystring: Search } }, async ({ ctx, query }) =>
    viewSearch(ctx, query),
  )
}

async function viewSearch(ctx: Ctx, query: Search): Promise<Record<string, unknown>> {
  const { page_token: token, job_id: jobId, from_ms: from, to_ms: to, ...rest } = query
  const place = token === undefined ? undefined : decodeToken(token, ['at', 'run_id'], ['side'])
  const page = await searchRuns(ctx.db, {
    ...rest,
    jobId,
    from,
    to,
    after: place && {
      createdAt: place.at,
      runId: place.run_id,
      direction: place.side === 'newer' ? 'newer' : 'older',
    },
  })
  const first = page.runs.at(0)
  const last = page.runs.at(-1)
  const tokenOf = (run: RunLine, side: string) =>
    encodeToken({ at: run.createdAt, run_id: run.runId, side })
  return {
    runs: (await visibleOfJobs(ctx, page.runs)).map(toWire),
    ...(page.hasOlder && last ? { next_page_token: tokenOf(last, 'older') } : {}),
    ...(page.hasNewer && first ? { prev_page_token: tokenOf(first, 'newer') } : {}),
  }
}

/** As in runs/list, where it says the same. */
function toWire(run: RunLine): Record<string, unknown> {
  return {
    run_id: run.runId,
    ...(run.jobId === undefined ? {} : { job_id: run.jobId }),
    run_name: run.name,
    run_type: run.type,
    trigger: run.trigger,
    creator_user_name: run.creator,
    state: {
      life_cycle_state: run.lifeCycle,
      ...(run.result === undefined ? {} : { result_state: run.result }),
      state_message: run.message,
    },
    start_time: run.createdAt,
    ...(run.startedAt === undefined ? {} : { begin_time: run.startedAt }),
    end_time: run.endedAt ?? 0,
  }
}

const Preview = closed({
  rerun_tasks: Type.Optional(Type.Array(Type.String(), { description: 'Task keys.' })),
  rerun_all_failed_tasks: Type.Optional(Type.Boolean({ description: 'Instead of rerun_tasks.' })),
  rerun_dependent_tasks: Type.Optional(
    Type.Boolean({ description: 'Also tasks after those, although they succeeded.' }),
  ),
})

function repairs(app: App): void {
  app.post(
    `${base}/runs/:run_id/repair-preview`,
    { schema: { tags, params: RunPath, body: Preview } },
    async ({ ctx, params, body }) => {
      const { steps, latestRepairId } = await previewRepair(ctx, {
        runId: params.run_id,
        tasks: body.rerun_tasks,
        allFailed: body.rerun_all_failed_tasks,
        dependents: body.rerun_dependent_tasks,
      })
      return {
        tasks: steps.map(({ taskKey, action, reason, result }) => ({
          task_key: taskKey,
          action,
          reason,
          ...(result === undefined ? {} : { result_state: result }),
        })),
        ...(latestRepairId === undefined ? {} : { latest_repair_id: latestRepairId }),
      }
    },
  )
}

const chunkBytes = 1024 * 1024

function results(app: App): void {
  app.get(
    `${base}/runs/:run_id/task-values`,
    { schema: { tags, params: RunPath } },
    async ({ ctx, params }) => {
      const run = await getRun(ctx, params.run_id)
      const values = await listTaskValues(ctx.db, run.runId)
      return {
        values: values.map(({ taskKey, name, value }) => ({
          task_key: taskKey,
          key: name,
          value: JSON.parse(value) as unknown,
        })),
      }
    },
  )
  app.get(
    `${base}/runs/:run_id/log-file`,
    { schema: { tags, params: RunPath } },
    async ({ ctx, params }, reply) => {
      const attempt = await attemptOf(ctx, params.run_id)
      const name = `${attempt.taskKey}-${attempt.taskRunId}.log`
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Readable.from(wholeLog(ctx, attemptIdOf(attempt.taskRunId))))
    },
  )
}

/** All that is there now; what a running task writes later is not waited for. */
async function* wholeLog(ctx: Ctx, attemptId: string): AsyncGenerator<string> {
  let offset = 0
  let text: string
  do {
    const chunk = await readLogOrNothing(ctx, attemptId, offset)
    text = chunk.text
    offset = chunk.nextOffset
    yield text
  } while (text !== '')
}

async function readLogOrNothing(
  ctx: Ctx,
  attemptId: string,
  offset: number,
): Promise<{ readonly text: string; readonly nextOffset: number }> {
  try {
    return await readLog(ctx, attemptId, { offset, limitBytes: chunkBytes })
  } catch (error) {
    // It never had a process, so it wrote nothing.
    if (error instanceof AppError && error.code === 'COMPUTE_ATTEMPT_NOT_FOUND') {
      return { text: '', nextOffset: offset }
    }
    throw error
  }
}
