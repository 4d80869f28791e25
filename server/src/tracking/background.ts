import type { Ctx } from '../core/index.ts'
import { settleSnapshots } from './snapshot-tasks.ts'

/** The room has no work of its own rhythm; disposing it waits for what searches left to do. */
export async function startTracking(ctx: Ctx): Promise<AsyncDisposable> {
  return { [Symbol.asyncDispose]: () => settleSnapshots(ctx) }
}
