import { readScript, runScript, type Ctx } from '../core/index.ts'
import { foldLog, measureLog } from './metric-log-store.ts'
import { bytesPerLoggedPoint } from './metric-points.ts'

/** As much as a read may have to look through. */
const most = { rows: 8_000, bytes: 4 * 2 ** 20 } as const
/** Folded in one transaction: a few milliseconds. More at once means fewer chunks written again. */
const atOnce = { rows: 4_000, bytes: 256 * 1024 } as const

interface Folding {
  rows: number
  bytes: number
  work: Promise<void> | undefined
}

const foldings = new WeakMap<object, Folding>()

function foldingOf(ctx: Ctx): Folding {
  const known = foldings.get(ctx.database)
  if (known) return known
  const created: Folding = { rows: 0, bytes: 0, work: undefined }
  foldings.set(ctx.database, created)
  return created
}

/** Finds out what an earlier process left in the log. */
export async function openMetricLog(ctx: Ctx): Promise<void> {
  if (ctx.database.dialect !== 'sqlite') return
  Object.assign(foldingOf(ctx), await readScript(ctx, measureLog()))
}

/** Counts what went to the log; when that is much, it is folded beside the requests. */
export function noteLogged(ctx: Ctx, points: number): void {
  if (points === 0) return
  const folding = foldingOf(ctx)
  folding.rows += 1
  folding.bytes += points * bytesPerLoggedPoint
  if (folding.work || (folding.rows < most.rows && folding.bytes < most.bytes)) return
  folding.work = foldAll(ctx, folding)
    .catch((error: unknown) => ctx.log.error({ err: error }, 'folding the metric log failed'))
    .finally(() => {
      folding.work = undefined
    })
}

async function foldAll(ctx: Ctx, folding: Folding): Promise<void> {
  // A little that is left is not worth writing chunks again.
  while (folding.rows >= atOnce.rows || folding.bytes >= atOnce.bytes) {
    const folded = await runScript(ctx, () => foldLog(atOnce))
    folding.rows -= folded.rows
    folding.bytes -= folded.bytes
    if (folded.rows === 0) return
  }
}

/** Waits for the work in hand. */
export async function settleMetricLog(ctx: Ctx): Promise<void> {
  await foldingOf(ctx).work
}
