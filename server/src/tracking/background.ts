import { AppError, type Ctx } from '../core/index.ts'
import { storeOf } from './artifact-service.ts'
import { startRetention } from './gc-tasks.ts'
import { openMetricLog, settleMetricLog } from './metric-log-tasks.ts'
import { settleSnapshots } from './snapshot-tasks.ts'

/** The room's own work follows requests; disposing it waits for what they left to do. */
export async function startTracking(ctx: Ctx): Promise<AsyncDisposable> {
  await checkArtifactStore(ctx)
  await openMetricLog(ctx)
  const retention = startRetention(ctx)
  return {
    async [Symbol.asyncDispose]() {
      await retention[Symbol.asyncDispose]()
      await settleMetricLog(ctx)
      await settleSnapshots(ctx)
    },
  }
}

/** A store that refuses this server is set up wrongly; one that is away for now may come back. */
async function checkArtifactStore(ctx: Ctx): Promise<void> {
  if (!ctx.config.s3) return
  try {
    await storeOf(ctx).find('.check')
  } catch (error) {
    const isAway = error instanceof AppError && error.code === 'TRACKING_ARTIFACT_STORE_UNAVAILABLE'
    if (!isAway) throw error
    ctx.log.error({ err: error }, error.message)
  }
}
