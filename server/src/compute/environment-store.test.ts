import { describe, expect, test } from 'vitest'
import { testCtx, testDialects } from '../core/testing.ts'
import {
  findEnvironment,
  findResolution,
  insertEnvironment,
  listEnvironments,
  updateEnvironmentFailed,
  updateEnvironmentReady,
  upsertResolution,
} from './environment-store.ts'
import { insertAttempt, listRunningAttempts, updateAttemptEnded } from './attempt-store.ts'
import { computeMigrations } from './migrations.ts'

const environment = {
  hash: 'abc',
  lock: 'numpy==2.4.0\n',
  requirements: ['numpy'],
  pythonVersion: '3.12.4',
  createdAt: new Date(1000),
}

describe.each(testDialects)('environment store on %s', (dialect) => {
  test('keeps the first record of an environment and what became of it', async () => {
    await using ctx = await testCtx(dialect, computeMigrations)
    await insertEnvironment(ctx.db, environment)
    await insertEnvironment(ctx.db, { ...environment, createdAt: new Date(2000) })
    await updateEnvironmentFailed(ctx.db, 'abc', 'disk full')
    expect(await findEnvironment(ctx.db, 'abc')).toMatchObject({
      ...environment,
      state: 'FAILED',
      error: 'disk full',
    })
    await updateEnvironmentReady(ctx.db, 'abc', { sizeBytes: 5e9, readyAt: new Date(3000) })
    expect(await findEnvironment(ctx.db, 'abc')).toEqual({
      ...environment,
      state: 'READY',
      error: undefined,
      sizeBytes: 5e9,
      readyAt: new Date(3000),
    })
    expect(await findEnvironment(ctx.db, 'other')).toBeUndefined()
  })

  test('pages environments, newest first', async () => {
    await using ctx = await testCtx(dialect, computeMigrations)
    for (const [hash, time] of Object.entries({ a: 1, b: 2, c: 2, d: 3 })) {
      await insertEnvironment(ctx.db, { ...environment, hash, createdAt: new Date(time) })
    }
    const first = await listEnvironments(ctx.db, { limit: 2 })
    expect(first.map(({ hash }) => hash)).toEqual(['d', 'b'])
    const after = { createdAt: 2, hash: 'b' }
    const second = await listEnvironments(ctx.db, { limit: 2, after })
    expect(second.map(({ hash }) => hash)).toEqual(['c', 'a'])
  })

  test('remembers the newest resolution of the same requirements', async () => {
    await using ctx = await testCtx(dialect, computeMigrations)
    await upsertResolution(ctx.db, 'k', { hash: 'a', resolvedAt: new Date(1) })
    await upsertResolution(ctx.db, 'k', { hash: 'b', resolvedAt: new Date(2) })
    expect(await findResolution(ctx.db, 'k')).toEqual({ hash: 'b', resolvedAt: new Date(2) })
  })

  test('lists attempts that have not ended', async () => {
    await using ctx = await testCtx(dialect, computeMigrations)
    const attempt = { environment: 'abc', entry: 'script', startedAt: 5 }
    for (const attemptId of ['1', '2', '2']) await insertAttempt(ctx, { ...attempt, attemptId })
    const report = {
      exitCode: 0,
      signal: null,
      reason: 'exited',
      startedAt: 5,
      endedAt: 9,
    } as const
    await updateAttemptEnded(ctx, '1', { ...report, maxRssBytes: 6e9, cpuMs: 2 })
    expect(await listRunningAttempts(ctx.db)).toEqual([
      { attemptId: '2', environment: 'abc', state: 'RUNNING' },
    ])
  })
})
