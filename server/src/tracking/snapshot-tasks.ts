import { runScript, type Ctx } from '../core/index.ts'
import { insertSnapshots } from './snapshot-store.ts'

const atOnce = 100
const underWay = new WeakMap<object, Promise<void>>()

/** Makes snapshots of some of the runs, beside the request; one such work at a time. */
export function fillSnapshots(ctx: Ctx, runs: readonly number[]): void {
  const { database } = ctx
  if (database.dialect !== 'sqlite' || runs.length === 0 || underWay.has(database)) return
  const work = runScript(ctx, () => insertSnapshots(database.dialect, runs.slice(0, atOnce)))
    .catch((error: unknown) => ctx.log.warn({ err: error }, 'keeping run snapshots failed'))
    .finally(() => underWay.delete(database))
  underWay.set(database, work)
}

/** Waits for the work in hand. */
export async function settleSnapshots(ctx: Ctx): Promise<void> {
  await underWay.get(ctx.database)
}
