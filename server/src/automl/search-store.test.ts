import { describe, expect, test } from 'vitest'
import { testCtx, testDialects, testOwner } from '../core/testing.ts'
import { tasks } from './learners/contract.ts'
import { automlMigrations } from './migrations.ts'
import { rankTrials } from './search-reads.ts'
import {
  findSearch,
  findSearchByToken,
  insertSearch,
  listSearchPage,
  listUnfinishedSearches,
  moveSearch,
} from './search-store.ts'
import { endTrial, findTrialByRun, insertTrial, listTrials } from './trial-store.ts'
import { SearchState, TrialState, type Search, type Task } from './types.ts'

const search: Search = {
  id: 's1',
  name: 'people-churn-1',
  state: SearchState.Preparing,
  message: undefined,
  spec: {
    problem: 'classification',
    target: 'churn',
    metric: 'log_loss',
    maxTrials: 3,
    timeoutMs: 60_000,
    seed: 1,
    parallelism: 2,
    folds: 5,
    sampler: 'bayes',
    learners: ['baseline', 'ridge'],
    imputers: { a: 'mean' },
    requirements: ['pandas'],
  },
  data: { table: 'main.default.people', version: 3, rows: 10, unlabelled: 1, sha256: undefined },
  task: tasks[0] as Task,
  dropped: [{ name: 'id', reason: 'it names rows' }],
  columns: [{ name: 'a', type: 'int' }],
  experimentId: '1',
  runId: 'r',
  environment: undefined,
  principal: { ...testOwner, attemptId: '77' },
  idempotencyToken: 'once',
  explorationPath: undefined,
  createdAt: new Date(5),
  startedAt: undefined,
  endedAt: undefined,
}

const trial = {
  searchId: 's1',
  number: 1,
  learner: 'ridge',
  point: { alpha: 0.1, on: true },
  runId: 'run1',
  attemptId: 'a1',
  startedAt: new Date(7),
}

const outcome = {
  state: TrialState.Finished,
  score: 0.4,
  metrics: { log_loss: 0.4 },
  notebookPath: '/AutoML/x',
  error: undefined,
  endedAt: new Date(9),
}

describe.each(testDialects)('search store on %s', (dialect) => {
  test('gives back what was put in', async () => {
    await using ctx = await testCtx(dialect, automlMigrations)
    await insertSearch(ctx.db, search)
    expect(await findSearch(ctx.db, 's1')).toEqual(search)
    expect(await findSearchByToken(ctx.db, 'once')).toEqual(search)
    expect(await findSearch(ctx.db, 's2')).toBeUndefined()
  })

  test('moves a search only from the states that allow it', async () => {
    await using ctx = await testCtx(dialect, automlMigrations)
    await insertSearch(ctx.db, search)
    const begin = { from: [SearchState.Preparing], to: SearchState.Running }
    expect(await moveSearch(ctx.db, 's1', { ...begin, set: { sha256: 'f00' } })).toBe(true)
    expect(await moveSearch(ctx.db, 's1', begin)).toBe(false)
    expect((await findSearch(ctx.db, 's1'))?.data.sha256).toBe('f00')
  })

  test('lists the newest first and what is unfinished oldest first', async () => {
    await using ctx = await testCtx(dialect, automlMigrations)
    for (const id of ['s1', 's2', 's3']) {
      await insertSearch(ctx.db, { ...search, id, name: id, idempotencyToken: undefined })
    }
    await moveSearch(ctx.db, 's2', { from: [SearchState.Preparing], to: SearchState.Finished })
    const page = await listSearchPage(ctx.db, { limit: 2 })
    expect(page.map(({ id }) => id)).toEqual(['s3', 's2'])
    expect((await listSearchPage(ctx.db, { limit: 2, before: 's2' })).map(({ id }) => id)).toEqual([
      's1',
    ])
    expect((await listUnfinishedSearches(ctx.db)).map(({ id }) => id)).toEqual(['s1', 's3'])
  })

  test('ends a trial once', async () => {
    await using ctx = await testCtx(dialect, automlMigrations)
    await insertSearch(ctx.db, search)
    await insertTrial(ctx.db, trial)
    expect(await endTrial(ctx.db, trial, outcome)).toBe(true)
    expect(await endTrial(ctx.db, trial, { ...outcome, score: 0.1 })).toBe(false)
    expect(await findTrialByRun(ctx.db, 'run1')).toEqual({ ...trial, ...outcome })
    expect(await listTrials(ctx.db, 's1')).toHaveLength(1)
  })

  test('ranks by the metric, and leaves out what has no score', async () => {
    await using ctx = await testCtx(dialect, automlMigrations)
    await insertSearch(ctx.db, search)
    for (const [index, score] of [0.5, 0.3, undefined, 0.3].entries()) {
      const number = index + 1
      await insertTrial(ctx.db, { ...trial, number, runId: `run${number}` })
      const state = score === undefined ? TrialState.Failed : TrialState.Finished
      await endTrial(ctx.db, { searchId: 's1', number }, { ...outcome, state, score })
    }
    const ranked = rankTrials(search, await listTrials(ctx.db, 's1'))
    expect(ranked.map(({ number }) => number)).toEqual([2, 4, 1])
  })
})
