import { appendEvent, inTransaction, recordEdge, type Ctx } from '../core/index.ts'
import { lockEventVersion, updateEventVersion, type CatalogEntry } from './catalog-store.ts'
import type { Action } from './delta/actions.ts'
import { countRows } from './delta/snapshot.ts'
import { logAt } from './room.ts'

export interface CommitNotice {
  readonly entry: CatalogEntry
  readonly version: number
  /** The attempt whose rows these are. */
  readonly attemptId?: string
}

/**
 * Writes the event of every commit up to `version` that has none yet, in order, and the edge of the
 * attempt; one transaction. What another engine committed, or this server before a crash, is caught
 * up with the same call.
 */
export async function announceCommits(ctx: Ctx, notice: CommitNotice): Promise<void> {
  const { entry, version, attemptId } = notice
  await inTransaction(ctx, async (tx) => {
    if (attemptId !== undefined) {
      await recordEdge(tx, {
        kind: 'WROTE',
        from: `attempt:${attemptId}`,
        to: `table:${entry.name.full}@${version}`,
      })
    }
    const known = await lockEventVersion(tx.db, entry.id)
    if (known === undefined || known >= version) return
    for (let next = known + 1; next <= version; next++) {
      const actions = await logAt(ctx, entry.location).readActions(next)
      if (!actions) continue
      await appendEvent(tx, {
        type: 'tables.committed',
        subject: `table:${entry.name.full}@${next}`,
        payload: { table: entry.name.full, version: next, ...describe(actions) },
      })
    }
    await updateEventVersion(tx.db, entry.id, { version, updatedAt: tx.now() })
  })
}

function describe(actions: readonly Action[]): { operation: string; rows: number } {
  let operation = 'UNKNOWN'
  let rows = 0
  for (const { commitInfo, add } of actions) {
    operation = commitInfo?.operation ?? operation
    if (add?.dataChange) rows += countRows(add) ?? 0
  }
  return { operation, rows }
}
