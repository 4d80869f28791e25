import { setTimeout as delay } from 'node:timers/promises'
import { Type, type Static } from 'typebox'
import { readLog, tailLog } from '../compute/index.ts'
import { AppError, type App, type Ctx, type RoutePlugin } from '../core/index.ts'
import { closed } from './closed-object.ts'
import { fireTimes } from './cron/simulate.ts'
import { attemptOf } from './run-views.ts'
import { viewGraph } from './run-graph.ts'
import { attemptIdOf, hasEnded } from './types.ts'
import { getTaskValue, setTaskValue } from './value-service.ts'

const base = '/api/millrace/1.0/jobs'

/** What the Jobs API has no words for: live logs, the graph of a run, task values. */
export const ownJobRoutes: RoutePlugin = async (app) => {
  logs(app)
  taskValues(app)
  simulation(app)
}

const RunPath = closed({ run_id: Type.Integer({ description: 'A run, or a task run.' }) })
const LogQuery = closed({
  offset: Type.Integer({ minimum: 0, default: 0, description: 'Byte position to read from.' }),
  limit: Type.Integer({
    minimum: 1,
    maximum: 4 * 1024 * 1024,
    default: 256 * 1024,
    description: 'Most bytes to read.',
  }),
  tail: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 8 * 1024 * 1024,
      description: 'The last so many bytes, instead of an offset and a limit.',
    }),
  ),
  wait_ms: Type.Integer({
    minimum: 0,
    maximum: 30_000,
    default: 0,
    description: 'Waits so long for the first new byte of a task that runs.',
  }),
})
type LogQuery = Static<typeof LogQuery>

function logs(app: App): void {
  const schema = { tags: ['jobs'], params: RunPath, querystring: LogQuery }
  app.get(`${base}/runs/:run_id/log`, { schema }, async (request) => {
    const { ctx, params, query } = request
    if (query.tail !== undefined) return viewTail(ctx, params.run_id, query.tail)
    const until = ctx.now().getTime() + query.wait_ms
    for (;;) {
      const log = await viewLog(ctx, params.run_id, query)
      if (log.text !== '' || log.ended || ctx.now().getTime() >= until) return log
      if (request.raw.destroyed) return log
      await delay(lookAgainMs)
    }
  })
  app.get(
    `${base}/runs/:run_id/graph`,
    { schema: { tags: ['jobs'], params: RunPath } },
    async (request) => viewGraph(request.ctx, request.params.run_id),
  )
}

interface LogWire {
  readonly text: string
  readonly next_offset: number
  readonly ended: boolean
}

/** How soon somebody who follows a log sees a new line. */
const lookAgainMs = 200

async function viewLog(
  ctx: Ctx,
  runId: number,
  range: Pick<LogQuery, 'offset' | 'limit'>,
): Promise<LogWire> {
  const attempt = await attemptOf(ctx, runId)
  const over = hasEnded(attempt.lifeCycle)
  const { offset, limit: limitBytes } = range
  const id = attemptIdOf(attempt.taskRunId)
  const chunk = await whenThere(readLog(ctx, id, { offset, limitBytes }))
  if (chunk === undefined) return { text: '', next_offset: offset, ended: over }
  return { text: chunk.text, next_offset: chunk.nextOffset, ended: chunk.ended }
}

async function viewTail(
  ctx: Ctx,
  runId: number,
  maxBytes: number,
): Promise<LogWire & { readonly size_bytes: number; readonly truncated: boolean }> {
  const attempt = await attemptOf(ctx, runId)
  // Asked first: what is written before the end is then part of what is read.
  const over = hasEnded(attempt.lifeCycle)
  const found = await whenThere(tailLog(ctx, attemptIdOf(attempt.taskRunId), maxBytes))
  const tail = found ?? { text: '', sizeBytes: 0, truncated: false }
  const { text, sizeBytes: size_bytes, truncated } = tail
  return { text, next_offset: size_bytes, ended: over, size_bytes, truncated }
}

/** Undefined for an attempt that has no process, or none yet. */
async function whenThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof AppError && error.code === 'COMPUTE_ATTEMPT_NOT_FOUND') return undefined
    throw error
  }
}

const SetValue = closed({
  key: Type.String({ minLength: 1, maxLength: 255, description: 'Its name.' }),
  value: Type.Unknown({ description: 'Any JSON, up to 48 KiB.' }),
})
const GetValue = closed({
  task_key: Type.String({ description: 'The task that set it.' }),
  key: Type.String({ description: 'Its name.' }),
})

function taskValues(app: App): void {
  app.post(
    `${base}/task-values`,
    { schema: { tags: ['jobs'], body: SetValue } },
    async (request) => {
      await setTaskValue(request.ctx, request.body)
      return {}
    },
  )
  app.get(
    `${base}/task-values`,
    { schema: { tags: ['jobs'], querystring: GetValue } },
    async (request) => {
      const { task_key: taskKey, key } = request.query
      return { value: await getTaskValue(request.ctx, { taskKey, key }) }
    },
  )
}

const Schedule = {
  quartz_cron_expression: Type.String({ description: 'As in a schedule of a job.' }),
  timezone_id: Type.String({ description: 'IANA or Java time zone.' }),
  from_ms: Type.Optional(Type.Integer({ description: 'Epoch ms; now when absent.' })),
  count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: 'How many; 10 when absent.' }),
  ),
}
const OneSchedule = closed(Schedule)
type OneSchedule = Static<typeof OneSchedule>
const Simulate = Type.Union([
  OneSchedule,
  closed({ schedules: Type.Array(OneSchedule, { maxItems: 1000, description: 'Several.' }) }),
])

function simulation(app: App): void {
  app.post(
    '/api/millrace/1.0/simulate',
    { schema: { tags: ['jobs'], body: Simulate } },
    async (request) => {
      const { body, ctx } = request
      if (!('schedules' in body)) return { fire_times: simulateOne(ctx, body) }
      return { results: body.schedules.map((schedule) => simulateOrExplain(ctx, schedule)) }
    },
  )
}

function simulateOne(ctx: Ctx, schedule: OneSchedule): number[] {
  const fromMs = schedule.from_ms ?? ctx.now().getTime()
  return fireTimes(schedule, { fromMs, count: schedule.count ?? 10 })
}

function simulateOrExplain(
  ctx: Ctx,
  schedule: OneSchedule,
):
  | { readonly fire_times: readonly number[] }
  | { readonly error_code: string; readonly message: string } {
  try {
    return { fire_times: simulateOne(ctx, schedule) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { error_code: error.wire, message: error.message }
  }
}
