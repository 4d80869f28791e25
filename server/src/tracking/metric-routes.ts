import { readScript, type App } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { loadHistory } from './metric-reads.ts'
import type { Point } from './metric-points.ts'
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
