import { rm } from 'node:fs/promises'
import { consumeEvents, inTransaction, type Ctx } from '../core/index.ts'
import { startDeployment } from './deploy-service.ts'
import { listEndpointRows } from './endpoint-store.ts'
import { listSegments, recoverSegments } from './recording-spool.ts'
import { roomOf } from './room.ts'
import { closeScorings, scratchFolder } from './scoring-service.ts'
import { startStreams } from './stream-service.ts'

/** Loads every endpoint again, goes on with updates and streams; disposing it waits for the work in hand. */
export async function startServing(ctx: Ctx): Promise<AsyncDisposable> {
  const room = roomOf(ctx)
  await rm(await scratchFolder(ctx), { recursive: true, force: true })
  await inTransaction(ctx, (tx) => closeScorings(tx))
  const recovered = recoverSegments(ctx, await listSegments(ctx))
  for (const { name } of await listEndpointRows(ctx.db)) startDeployment(ctx, name)
  await startStreams(ctx)
  const commits = await consumeEvents(ctx, {
    name: 'serving.commits',
    types: ['tables.committed'],
    handle: async (tx, event) => {
      await closeScorings(tx, event.payload.table)
      // Each looks for itself whether the commit is one of its source.
      for (const runner of room.streams.values()) runner.wake()
    },
  })
  return {
    async [Symbol.asyncDispose]() {
      room.stop.abort()
      await commits[Symbol.asyncDispose]()
      await recovered
      await Promise.all([...room.streams.values()].map((s) => s[Symbol.asyncDispose]()))
      await Promise.all(room.deploying.values())
      await Promise.all([...room.recorders.values()].map((r) => r[Symbol.asyncDispose]()))
      await Promise.all([...room.live.values()].map((endpoint) => endpoint.release()))
      room.live.clear()
      await room.models[Symbol.asyncDispose]()
    },
  }
}
