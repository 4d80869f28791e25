import type { Ctx } from '../core/index.ts'
import { expireRequests } from './request-service.ts'

const sweepEveryMs = 15_000

/** Closes transition requests whose time is over; disposing it waits for the sweep in hand. */
export async function startRegistry(ctx: Ctx): Promise<AsyncDisposable> {
  let sweep = Promise.resolve()
  const timer = setInterval(() => {
    sweep = sweep
      .then(async () => void (await expireRequests(ctx)))
      .catch((error: unknown) => ctx.log.error({ err: error }, 'expiring requests failed'))
  }, sweepEveryMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await sweep
    },
  }
}
