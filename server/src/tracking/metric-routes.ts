import { readScript, type App, type Ctx } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { loadHistory } from './metric-reads.ts'
import type { Point } from './metric-points.ts'
import { sampleSteps, type SampleOptions } from './metric-sampling.ts'
import type { Metric } from './types.ts'
import { encodeMetric, list } from './wire/encode.ts'
import { f } from './wire/fields.ts'
import { decodePageToken, encodePageToken } from './wire/paging.ts'
import { rpc } from './wire/rpc.ts'

const mostPerPage = 25_000

export function metricRoutes(app: App): void {
  rpc(app, {
    id: 'getMetricHistory',
    method: 'GET',
    path: '/mlflow/metrics/get-history',
    summary: 'Every value of a metric by time, step and value; {} for an unknown run or metric.',
    request: {
      run_id: f.runId.required,
      metric_key: f.text.required,
      max_results: f.int,
      page_token: f.text,
    },
    handle: async (ctx, input) => {
      const limit = pageSize(input.max_results)
      const asked = { runId: input.run_id, key: input.metric_key }
      const after = input.page_token ? readPosition(input.page_token) : undefined
      const metrics = await readScript(
        ctx,
        loadHistory(ctx.database.dialect, { ...asked, after, limit: limit + 1 }),
      )
      const page = metrics.slice(0, limit)
      const last = page.at(-1)
      const more = metrics.length > limit && last !== undefined
      return {
        ...list('metrics', page.map(encodeMetric)),
        ...(more ? { next_page_token: encodePageToken('history', position(last)) } : {}),
      }
    },
  })
  bulkRoutes(app)
}

const mostRuns = 100
const mostSteps = 2_500

/** Charts of many runs at once, as the UI asks for them. */
function bulkRoutes(app: App): void {
  rpc(app, {
    id: 'getMetricHistoryBulk',
    method: 'GET',
    path: '/mlflow/metrics/get-history-bulk',
    summary: 'The values of one metric of up to 100 runs.',
    request: {
      run_id: f.list(f.text.required).required,
      metric_key: f.text.required,
      max_results: f.int.or(mostPerPage),
    },
    handle: async (ctx, input) => {
      const runIds = checkRunCount(input.run_id).toSorted()
      const limit = Math.min(Math.max(input.max_results, 0), mostPerPage)
      const found = await historiesOf(ctx, runIds, input.metric_key)
      const metrics = found.flatMap(({ runId, metrics: all }) =>
        all.slice(0, limit).map((metric) => ({ ...encodeMetric(metric), run_id: runId })),
      )
      return { metrics: metrics.slice(0, limit) }
    },
  })
  rpc(app, {
    id: 'getMetricHistoryBulkInterval',
    method: 'GET',
    path: '/mlflow/metrics/get-history-bulk-interval',
    summary: 'The values of one metric of up to 100 runs, thinned out to so many steps a run.',
    request: {
      run_ids: f.list(f.text.required).required,
      metric_key: f.text.required,
      start_step: f.int,
      end_step: f.int,
      max_results: f.int.or(mostSteps),
    },
    handle: async (ctx, input) => {
      const options = checkInterval(input)
      const found = await historiesOf(ctx, checkRunCount(input.run_ids), input.metric_key)
      const metrics = found.flatMap(({ runId, metrics: all }) =>
        sampleSteps(all, options).map((metric) => ({ ...encodeMetric(metric), run_id: runId })),
      )
      return list('metrics', metrics)
    },
  })
}

async function historiesOf(
  ctx: Ctx,
  runIds: readonly string[],
  key: string,
): Promise<{ readonly runId: string; readonly metrics: readonly Metric[] }[]> {
  const { dialect } = ctx.database
  return Promise.all(
    runIds.map(async (runId) => {
      const asked = { runId, key, limit: Number.MAX_SAFE_INTEGER }
      return { runId, metrics: await readScript(ctx, loadHistory(dialect, asked)) }
    }),
  )
}

function checkRunCount(runIds: readonly string[]): readonly string[] {
  if (runIds.length <= mostRuns) return runIds
  throw trackingErrors.TRACKING_INVALID(
    `At most ${mostRuns} runs can be asked for at once, got ${runIds.length}`,
  )
}

function checkInterval(input: {
  readonly start_step: number | undefined
  readonly end_step: number | undefined
  readonly max_results: number
}): SampleOptions {
  const { start_step: startStep, end_step: endStep, max_results: most } = input
  if (most < 1 || most > mostSteps) {
    throw trackingErrors.TRACKING_INVALID(`max_results must be between 1 and ${mostSteps}.`)
  }
  if ((startStep === undefined) !== (endStep === undefined)) {
    throw trackingErrors.TRACKING_INVALID(
      'If either start step or end step are specified, both must be specified.',
    )
  }
  if (startStep !== undefined && endStep !== undefined && startStep > endStep) {
    throw trackingErrors.TRACKING_INVALID(
      `end_step must be greater than start_step. Found start_step=${startStep} and end_step=${endStep}.`,
    )
  }
  return { startStep, endStep, mostSteps: most }
}

/** Without `max_results` everything comes at once. */
function pageSize(asked: number | undefined): number {
  if (asked === undefined) return Number.MAX_SAFE_INTEGER - 1
  if (asked >= 1 && asked <= mostPerPage) return asked
  throw trackingErrors.TRACKING_INVALID(
    `Invalid value ${asked} for parameter 'max_results' supplied. It must be between 1 and ${mostPerPage}`,
  )
}

function position(point: Point): (string | number)[] {
  return [point.timestamp, point.step, String(point.value)]
}

function readPosition(token: string): Point {
  const [timestamp, step, value] = decodePageToken('history', token).map(Number)
  if (timestamp === undefined || step === undefined || value === undefined) {
    throw trackingErrors.TRACKING_PAGE_TOKEN_INVALID()
  }
  return { timestamp, step, value }
}
