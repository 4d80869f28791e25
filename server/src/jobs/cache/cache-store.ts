import type { Db } from '../../core/index.ts'
import type { TaskCacheTable } from '../tables.ts'
import type { CacheDecision, CacheParts, Kept } from './types.ts'

export interface NewCacheEntry {
  readonly taskRunId: number
  readonly scope: string
  readonly taskKey: string
  readonly keyHash: string
  readonly parts: CacheParts
  readonly decision: CacheDecision
  readonly createdAt: Date
}

export async function insertCacheEntry(db: Db, entry: NewCacheEntry): Promise<void> {
  const { decision } = entry
  const row: TaskCacheTable = {
    task_run_id: entry.taskRunId,
    scope: entry.scope,
    task_key: entry.taskKey,
    key_hash: entry.keyHash,
    parts: JSON.stringify(entry.parts),
    hit_of: decision.hit ? (decision.taskRunId ?? null) : null,
    decision: JSON.stringify(decision),
    kept: null,
    created_at: entry.createdAt.getTime(),
  }
  await db.insertInto('task_cache').values(row).execute()
}

/** Makes the result one that later attempts may take over, once the attempt itself has succeeded. */
export async function keepResult(db: Db, taskRunId: number, kept: Kept): Promise<void> {
  await db
    .updateTable('task_cache')
    .set({ kept: JSON.stringify(kept) })
    .where('task_run_id', '=', taskRunId)
    .execute()
}
