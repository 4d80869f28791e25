import type { Db } from '../../core/index.ts'
import { Result } from '../types.ts'
import type { CacheDecision, CacheParts, Candidate, Kept } from './types.ts'

export async function findDecision(db: Db, taskRunId: number): Promise<CacheDecision | undefined> {
  return (await listDecisions(db, [taskRunId])).get(taskRunId)
}

export async function listDecisions(
  db: Db,
  taskRunIds: readonly number[],
): Promise<Map<number, CacheDecision>> {
  if (taskRunIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('task_cache')
    .select(['task_run_id', 'decision'])
    .where('task_run_id', 'in', taskRunIds)
    .execute()
  return new Map(rows.map((row) => [row.task_run_id, JSON.parse(row.decision) as CacheDecision]))
}

export interface CandidateQuery {
  readonly scope: string
  readonly taskKey: string
  /** Only those with these parts. */
  readonly keyHash?: string
  readonly limit: number
}

/** Successes of the task that ran themselves, newest first. */
export async function listCandidates(db: Db, asked: CandidateQuery): Promise<Candidate[]> {
  let query = db
    .selectFrom('task_cache')
    .innerJoin('task_run', 'task_run.task_run_id', 'task_cache.task_run_id')
    .select([
      'task_cache.task_run_id',
      'task_cache.parts',
      'task_cache.kept',
      'task_run.run_id',
      'task_run.started_at',
      'task_run.ended_at',
    ])
    .where('task_cache.scope', '=', asked.scope)
    .where('task_cache.task_key', '=', asked.taskKey)
    .where('task_cache.kept', 'is not', null)
    .where('task_run.result', '=', Result.Success)
    .orderBy('task_cache.task_run_id', 'desc')
    .limit(asked.limit)
  if (asked.keyHash !== undefined) {
    query = query.where('task_cache.key_hash', '=', asked.keyHash)
  }
  return (await query.execute()).map((row) => ({
    taskRunId: row.task_run_id,
    runId: row.run_id,
    parts: JSON.parse(row.parts) as CacheParts,
    kept: JSON.parse(row.kept ?? '{}') as Kept,
    startedAt: new Date(row.started_at ?? 0),
    endedAt: new Date(row.ended_at ?? 0),
  }))
}

/** Whether the same task of the same run has succeeded in an earlier attempt. */
export async function hasSucceeded(
  db: Db,
  of: {
    readonly runId: number
    readonly taskKey: string
    readonly iteration: number | undefined
  },
): Promise<boolean> {
  const row = await db
    .selectFrom('task_run')
    .select('task_run_id')
    .where('run_id', '=', of.runId)
    .where('task_key', '=', of.taskKey)
    .where('iteration', of.iteration === undefined ? 'is' : '=', of.iteration ?? null)
    .where('result', '=', Result.Success)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
