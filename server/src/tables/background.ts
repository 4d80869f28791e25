import { rm } from 'node:fs/promises'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Ctx } from '../core/index.ts'
import { listEntries } from './catalog-store.ts'
import { announceCommits } from './committed-service.ts'
import { logAt, roomOf, scratchFolder } from './room.ts'
import { stopStatements } from './statement-service.ts'

const sweepMs = 15_000
const tablesPerBreath = 100

/** Starts the room's background work; disposing it waits for the work in hand. */
export async function startTables(ctx: Ctx): Promise<AsyncDisposable> {
  await rm(scratchFolder(ctx), { recursive: true, force: true })
  await announceUnseen(ctx)
  const { engine, pending } = roomOf(ctx)
  let sweep = Promise.resolve()
  let isSweeping = false
  const timer = setInterval(() => {
    if (isSweeping) return
    isSweeping = true
    sweep = announceUnseen(ctx)
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'sweep of tables failed'))
      .finally(() => {
        isSweeping = false
      })
  }, sweepMs)
  timer.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await sweep
      await stopStatements(ctx)
      await Promise.allSettled(pending)
      await engine[Symbol.asyncDispose]()
    },
  }
}

/**
 * Writes the events of commits that nobody has announced: those of other engines, and one of ours
 * that a crash cut off from its event. A table without such costs one look for its next log entry.
 */
export async function announceUnseen(ctx: Ctx): Promise<void> {
  const entries = await listEntries(ctx.db, { reserved: true })
  for (const [i, entry] of entries.entries()) {
    const log = logAt(ctx, entry.location)
    if (await log.store.readEntry(entry.eventVersion + 1)) {
      const { version } = await log.update()
      await announceCommits(ctx, { entry, version })
    }
    if (i % tablesPerBreath === 0) await breathe()
  }
}
