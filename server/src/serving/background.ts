import type { Ctx } from '../core/index.ts'
import { startDeployment } from './deploy-service.ts'
import { listEndpointRows } from './endpoint-store.ts'
import { roomOf } from './room.ts'

/** Loads every endpoint again and goes on with updates; disposing it waits for the work in hand. */
export async function startServing(ctx: Ctx): Promise<AsyncDisposable> {
  const room = roomOf(ctx)
  for (const { name } of await listEndpointRows(ctx.db)) startDeployment(ctx, name)
  return {
    async [Symbol.asyncDispose]() {
      room.stop.abort()
      await Promise.all(room.deploying.values())
      await Promise.all([...room.recorders.values()].map((r) => r[Symbol.asyncDispose]()))
      await Promise.all([...room.live.values()].map((endpoint) => endpoint.release()))
      room.live.clear()
      await room.models[Symbol.asyncDispose]()
    },
  }
}
