import { systemPrincipal, type Ctx } from '../core/index.ts'
import { collectGarbage, dropLeftovers } from './gc-service.ts'

const dayMs = 24 * 3600 * 1000
const everyMs = 6 * 3600 * 1000

/** Finishes what an earlier server began to delete; then, where retention is set, collects some times a day. */
export function startRetention(given: Ctx): AsyncDisposable {
  const ctx = { ...given, principal: systemPrincipal }
  const { retentionDays } = ctx.config
  const collect = async (): Promise<void> => {
    await dropLeftovers(ctx)
    if (retentionDays === 0) return
    await collectGarbage(ctx, { dryRun: false, olderThanMs: retentionDays * dayMs })
  }
  const logged = () =>
    collect().catch((error: unknown) => ctx.log.error({ err: error }, 'deleting for good failed'))
  let work = logged()
  const timer = setInterval(() => {
    work = work.then(logged)
  }, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await work
    },
  }
}
