import { describe, expect, test } from 'vitest'
import { authMigrations } from '../auth/index.ts'
import { inTransaction, listEdges, listEvents, recordEdge } from '../core/index.ts'
import { testCtx, testDialects } from '../core/testing.ts'
import { servingMigrations } from './migrations.ts'
import { closeScorings } from './scoring-service.ts'
import { findScoringByKey, insertScoring, listOpenScorings, type Scoring } from './scoring-store.ts'
import { insertStream, listStreamRows, updateProgress, type Stream } from './stream-store.ts'

const scoring: Scoring = {
  id: 's1',
  key: 'a1/k1',
  model: { name: 'churn', version: 3 },
  inputTable: 'main.default.customers',
  inputVersion: 4,
  outputTable: 'main.default.predictions',
  outputVersion: undefined,
  rows: 10,
  flavour: 'onnx',
  attemptId: 'a1',
  requestHash: 'h',
  createdAt: new Date('2026-01-01T00:00:00Z'),
}

describe.each(testDialects)('scorings on %s', (dialect) => {
  test('a scoring of a task is closed once its commit is known', async () => {
    await using ctx = await testCtx(dialect, authMigrations, servingMigrations)
    await insertScoring(ctx.db, scoring)
    const close = () => inTransaction(ctx, (tx) => closeScorings(tx, scoring.outputTable))
    await close()
    expect(await listOpenScorings(ctx.db)).toEqual([scoring])
    const to = 'table:main.default.predictions@7' as const
    await recordEdge(ctx, { kind: 'WROTE', from: 'attempt:a1', to })
    await close()
    await close()
    expect(await findScoringByKey(ctx.db, 'a1/k1')).toEqual({ ...scoring, outputVersion: 7 })
    expect(await listEdges(ctx.db, { to, kind: 'SCORED' })).toMatchObject([
      { from: 'model:churn/3', data: { input: 'main.default.customers@4', rows: 10 } },
    ])
    const events = await listEvents(ctx.db, { after: 0, limit: 10, types: ['serving.scored'] })
    expect(events.map((event) => event.payload)).toEqual([
      {
        scoring_id: 's1',
        model: 'churn',
        version: 3,
        input: 'main.default.customers@4',
        output_table: 'main.default.predictions',
        output_version: 7,
        rows: 10,
      },
    ])
  })

  test('progress counts for the stream that made it, not for a later one of its name', async () => {
    await using ctx = await testCtx(dialect, authMigrations, servingMigrations)
    const stream: Stream = {
      name: 'live',
      model: 'models:/churn/3',
      sourceTable: 'main.default.customers',
      outputTable: 'predictions',
      columns: ['id'],
      cursor: 2,
      isPaused: false,
      rowsScored: 0,
      error: 'down',
      creator: 'owner',
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
    }
    await insertStream(ctx.db, stream)
    await updateProgress(ctx.db, stream, { cursor: 3, rows: 5, at: ctx.now() })
    const earlier = { name: 'live', createdAt: new Date(0) }
    await updateProgress(ctx.db, earlier, { cursor: 9, rows: 5, at: ctx.now() })
    expect(await listStreamRows(ctx.db)).toEqual([
      { ...stream, cursor: 3, rowsScored: 5, error: '' },
    ])
  })
})
