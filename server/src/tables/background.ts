import { rm } from 'node:fs/promises'
import type { Ctx } from '../core/index.ts'
import { stopStatements } from './statement-service.ts'
import { roomOf, scratchFolder } from './room.ts'

/** Starts the room's background work; disposing it waits for the work in hand. */
export async function startTables(ctx: Ctx): Promise<AsyncDisposable> {
  await rm(scratchFolder(ctx), { recursive: true, force: true })
  const { engine, pending } = roomOf(ctx)
  return {
    async [Symbol.asyncDispose]() {
      await stopStatements(ctx)
      await Promise.allSettled(pending)
      await engine[Symbol.asyncDispose]()
    },
  }
}
