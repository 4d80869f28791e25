import type { Ctx } from '../core/index.ts'
import { Engine } from './engine/engine.ts'
import { startWaits } from './waits.ts'

/** Starts the room's background work; disposing it waits for the work in hand, not for tasks. */
export async function startJobs(ctx: Ctx): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const engine = stack.use(new Engine(ctx))
  stack.use(await startWaits(ctx))
  await engine.start()
  return stack.move()
}
