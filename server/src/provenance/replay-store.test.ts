import { describe, expect, it } from 'vitest'
import { testCtx, testDialects } from '../core/testing.ts'
import { provenanceMigrations } from './migrations.ts'
import {
  endReplay,
  findReplay,
  insertReplay,
  listReplays,
  listRunningReplays,
} from './replay-store.ts'
import { ReplayState, type Pins } from './types.ts'

const pins: Pins = {
  table: 'main.a',
  tableVersion: 4,
  rows: 10,
  rowsSha256: 'ab',
  tableGone: null,
  code: '/AutoML/a/trial-001',
  codeSha256: 'cd',
  environment: 'e',
  packages: 3,
  seed: 7,
}

describe.each(testDialects)('replays on %s', (dialect) => {
  async function ctxWithReplays() {
    const ctx = await testCtx(dialect, provenanceMigrations)
    for (const [id, version] of [
      ['r1', 3],
      ['r2', 3],
      ['r3', 4],
    ] as const) {
      await insertReplay(ctx.db, {
        id,
        model: 'churn',
        version,
        originalRun: 'o',
        replayRun: id,
        pins,
        principal: 'ann',
        createdAt: new Date(1000),
      })
    }
    return ctx
  }

  it('lists those of one version, newest first', async () => {
    await using ctx = await ctxWithReplays()
    const replays = await listReplays(ctx.db, { model: 'churn', version: 3, limit: 10 })
    expect(replays.map(({ id }) => id)).toEqual(['r2', 'r1'])
    expect(replays[0]).toMatchObject({ state: ReplayState.Running, pins, differences: [] })
  })

  it('ends a replay once, and then it is no longer running', async () => {
    await using ctx = await ctxWithReplays()
    const difference = { kind: 'metric', name: 'auc', original: '0.8', replayed: '0.9' } as const
    const outcome = {
      state: ReplayState.Different,
      differences: [difference],
      compared: { parameters: 1, metrics: 2, model: undefined, predictions: undefined },
      message: undefined,
      endedAt: new Date(2000),
    }
    await endReplay(ctx.db, 'r1', outcome)
    await endReplay(ctx.db, 'r1', { ...outcome, state: ReplayState.Identical, differences: [] })
    expect(await findReplay(ctx.db, 'r1')).toMatchObject({
      state: ReplayState.Different,
      differences: [difference],
      compared: { parameters: 1, metrics: 2 },
      endedAt: new Date(2000),
    })
    expect((await listRunningReplays(ctx.db)).map(({ id }) => id)).toEqual(['r2', 'r3'])
  })
})
