import type { App, Ctx, RoutePlugin } from '../../core/index.ts'
import { jobsErrors } from '../errors.ts'
import { visibleOfJobs } from '../job-access.ts'
import { decodeToken, encodeToken } from '../page-token.ts'
import { countIntervals, listBackfills, listIntervals } from './backfill-reads.ts'
import {
  BackfillId,
  CreateBackfill,
  GetBackfill,
  ListBackfills,
  PreviewBackfill,
} from './backfill-schema.ts'
import {
  cancelBackfill,
  createBackfill,
  foreseeInterval,
  getBackfill,
  parametersAt,
  planBackfill,
  type BackfillInput,
} from './backfill-service.ts'
import { toBackfillWire, toIntervalWire } from './backfill-wire.ts'

type Wire = Record<string, unknown>

const base = '/api/millrace/1.0/jobs/backfill'
const tags = ['jobs']

/** Runs of a job for past times of its schedule. */
export const backfillRoutes: RoutePlugin = async (app) => {
  changing(app)
  reading(app)
}

function changing(app: App): void {
  app.post(`${base}/create`, { schema: { tags, body: CreateBackfill } }, async ({ ctx, body }) => {
    const { idempotency_token: token, ...settings } = body
    return { backfill_id: await createBackfill(ctx, inputOf(settings), token) }
  })
  app.post(`${base}/cancel`, { schema: { tags, body: BackfillId } }, async ({ ctx, body }) => {
    await cancelBackfill(ctx, body.backfill_id)
    return {}
  })
}

function reading(app: App): void {
  app.post(
    `${base}/preview`,
    { schema: { tags, body: PreviewBackfill } },
    async ({ ctx, body }) => {
      const { limit, page_token: token, ...settings } = body
      return viewPlan(ctx, inputOf(settings), { limit, from: positionOf(token) })
    },
  )
  app.get(`${base}/get`, { schema: { tags, querystring: GetBackfill } }, async ({ ctx, query }) =>
    viewBackfill(ctx, query),
  )
  app.get(
    `${base}/list`,
    { schema: { tags, querystring: ListBackfills } },
    async ({ ctx, query }) => {
      const { job_id: jobId, limit, page_token: token } = query
      const before = token === undefined ? undefined : decodeToken(token, ['before']).before
      const found = await listBackfills(ctx.db, { jobId, limit, before })
      const page = found.slice(0, limit)
      const shown = await visibleOfJobs(ctx, page)
      const counts = await countIntervals(
        ctx.db,
        shown.map(({ backfillId }) => backfillId),
      )
      const last = page.at(-1)
      return {
        backfills: shown.map((one) => toBackfillWire(one, counts.get(one.backfillId))),
        ...(found.length > limit && last
          ? { next_page_token: encodeToken({ before: last.backfillId }) }
          : {}),
      }
    },
  )
}

function inputOf(body: Omit<CreateBackfill, 'idempotency_token'>): BackfillInput {
  const { from_ms: from, to_ms: to } = body
  if ((from === undefined) !== (to === undefined)) {
    throw jobsErrors.JOBS_BACKFILL_INVALID('Give both from_ms and to_ms, or times_ms')
  }
  return {
    jobId: body.job_id,
    range: from === undefined || to === undefined ? undefined : { from, to },
    times: body.times_ms,
    cadence: body.cadence,
    parameters: body.job_parameters,
    only: body.only,
    reprocess: body.reprocess,
    failedOnly: body.failed_only,
    maxParallel: body.max_parallel,
    backwards: body.backwards,
  }
}

function positionOf(token: string | undefined): number {
  return token === undefined ? 0 : decodeToken(token, ['position']).position
}

async function viewPlan(
  ctx: Ctx,
  input: BackfillInput,
  page: { readonly limit: number; readonly from: number },
): Promise<Wire> {
  const planned = await planBackfill(ctx, input)
  const { job, spec, maxParallel } = planned
  const counts = { run: 0, repair: 0, skip: 0 }
  for (const { action } of planned.intervals) counts[action] += 1
  const intervals: Wire[] = []
  for (const interval of planned.intervals.slice(page.from, page.from + page.limit)) {
    const tasks = await foreseeInterval(ctx, planned, interval)
    intervals.push({
      position: interval.position,
      logical_time: interval.logicalAt,
      parameters: parametersAt(ctx, planned, interval.logicalAt),
      action: interval.action,
      reason: interval.reason,
      ...(interval.runId === undefined ? {} : { run_id: interval.runId }),
      tasks: tasks.map(({ taskKey, action, reason }) => ({ task_key: taskKey, action, reason })),
    })
  }
  return {
    job_id: job.jobId,
    ...(spec.cadence ? { cadence: spec.cadence } : {}),
    max_parallel: maxParallel,
    backwards: spec.backwards,
    counts,
    intervals,
    ...nextOf(page, planned.intervals.length > page.from + page.limit),
  }
}

function nextOf(page: { readonly limit: number; readonly from: number }, more: boolean): Wire {
  return more ? { next_page_token: encodeToken({ position: page.from + page.limit }) } : {}
}

async function viewBackfill(ctx: Ctx, query: GetBackfill): Promise<Wire> {
  const { backfill_id: backfillId, state, limit, page_token: token } = query
  const backfill = await getBackfill(ctx, backfillId)
  const counts = await countIntervals(ctx.db, [backfillId])
  const found = await listIntervals(ctx.db, {
    backfillId,
    state,
    limit: limit + 1,
    from: positionOf(token),
  })
  const next = found[limit]
  return {
    ...toBackfillWire(backfill, counts.get(backfillId)),
    intervals: found.slice(0, limit).map(toIntervalWire),
    ...(next ? { next_page_token: encodeToken({ position: next.position }) } : {}),
  }
}
