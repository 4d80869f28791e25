import { expect, test } from 'vitest'
import { appendEvent, inTransaction, type NewEvent } from '../core/index.ts'
import { testCtx } from '../core/testing.ts'
import { tasks } from './learners/contract.ts'
import { automlMigrations } from './migrations.ts'
import { endOrphans } from './orphans.ts'
import { findSearch, insertSearch } from './search-store.ts'
import { SearchState, type Search, type Task } from './types.ts'

const search: Search = {
  id: 's1',
  name: 'n',
  state: SearchState.Preparing,
  message: undefined,
  spec: {
    problem: 'classification',
    target: 'y',
    metric: 'f1',
    maxTrials: 1,
    timeoutMs: undefined,
    seed: 1,
    parallelism: 1,
    folds: 5,
    sampler: 'random',
    learners: [],
    imputers: {},
    requirements: [],
  },
  data: { table: 't', version: 0, rows: 1, unlabelled: 0, sha256: undefined },
  task: tasks[0] as Task,
  dropped: [],
  columns: [],
  experimentId: '1',
  runId: 'r',
  environment: undefined,
  principal: { name: 'p', kind: 'user', isOwner: true, attemptId: '41' },
  idempotencyToken: undefined,
  explorationPath: undefined,
  createdAt: new Date(0),
  startedAt: undefined,
  endedAt: undefined,
}

const taskEnded = (task: number, result: string | null) =>
  ({
    type: 'jobs.task_changed',
    subject: `attempt:${task}`,
    payload: { task_run_id: task, result_state: result },
  }) as unknown as NewEvent<'core.server_started'>

test('a search ends with the task that asked for it, when that one was cancelled', async () => {
  await using ctx = await testCtx('sqlite', automlMigrations)
  await insertSearch(ctx.db, search)
  const attended: string[] = []
  await using _orphans = await endOrphans(ctx, (id) => attended.push(id))
  const report = (task: number, result: string | null) =>
    inTransaction(ctx, (tx) => appendEvent(tx, taskEnded(task, result)))
  for (const [task, result] of [
    [41, null],
    [41, 'SUCCESS'],
    [40, 'CANCELED'],
  ] as const) {
    await report(task, result)
  }
  expect((await findSearch(ctx.db, 's1'))?.state).toBe(SearchState.Preparing)
  await report(41, 'CANCELED')
  await expect.poll(() => attended).toEqual(['s1'])
  expect((await findSearch(ctx.db, 's1'))?.state).toBe(SearchState.Cancelling)
})
