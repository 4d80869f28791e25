import type { Ctx } from '../core/index.ts'
import { waitForExit } from './attempt-service.ts'
import { listRunningAttempts } from './attempt-store.ts'
import { scheduleGarbage } from './garbage-service.ts'
import { computeState, endComputeState } from './state.ts'

/**
 * Finds again what an earlier server left running, and records how the rest ended. Disposing
 * leaves running attempts alone: the next server finds them.
 */
export async function startCompute(ctx: Ctx): Promise<AsyncDisposable> {
  const stop = new AbortController()
  const attempts = await listRunningAttempts(ctx.db)
  const { foundAgain } = computeState(ctx)
  for (const { attemptId } of attempts) foundAgain.add(attemptId)
  const garbage = scheduleGarbage(ctx)
  const found = attempts.map(({ attemptId }) =>
    waitForExit(ctx, attemptId, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) ctx.log.error({ err: error, attemptId }, 'attempt not found again')
    }),
  )
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await garbage[Symbol.asyncDispose]()
      await Promise.all(found)
      await endComputeState(ctx)
    },
  }
}
