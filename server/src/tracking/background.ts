import type { Ctx } from '../core/index.ts'
import { openMetricLog, settleMetricLog } from './metric-log-tasks.ts'
import { settleSnapshots } from './snapshot-tasks.ts'

/** The room's own work follows requests; disposing it waits for what they left to do. */
export async function startTracking(ctx: Ctx): Promise<AsyncDisposable> {
  await openMetricLog(ctx)
  return {
    async [Symbol.asyncDispose]() {
      await settleMetricLog(ctx)
      await settleSnapshots(ctx)
    },
  }
}
