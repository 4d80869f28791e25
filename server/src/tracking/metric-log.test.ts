import { expect, test } from 'vitest'
import { migrations } from '../app.ts'
import { migrate, openDatabase, readScript, type Ctx } from '../core/index.ts'
import { testCtx } from '../core/testing.ts'
import fc from 'fast-check'
import { sql } from 'kysely'
import { logBatch, logMetric } from './log-service.ts'
import { foldLog, measureLog } from './metric-log-store.ts'
import { settleMetricLog } from './metric-log-tasks.ts'
import { comparePoints } from './metric-points.ts'
import { loadHistory } from './metric-reads.ts'
import { createRun } from './run-service.ts'
import { runScript } from '../core/index.ts'

async function newRun(ctx: Ctx): Promise<string> {
  return (await createRun(ctx, { experimentId: '0' })).info.runId
}

const history = (ctx: Ctx, runId: string, key: string) =>
  readScript(ctx, loadHistory('sqlite', { runId, key, limit: 1_000_000 }))

const point = fc.record({
  key: fc.constantFrom('a', 'b'),
  timestamp: fc.integer({ min: 0, max: 9 }),
  step: fc.integer({ min: -3, max: 3 }),
  value: fc.constantFrom(0, 1, -1, Number.NaN, 0.5),
})

test('a history is the set of its points in order, folded or not, batched or not', async () => {
  await using ctx = await testCtx('sqlite', ...migrations.slice(1))
  const batches = fc.array(fc.array(point, { minLength: 1, maxLength: 120 }), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(batches, fc.array(fc.boolean(), { maxLength: 6 }), async (logged, folds) => {
      const runId = await newRun(ctx)
      for (const [index, metrics] of logged.entries()) {
        await logBatch(ctx, { runId, metrics })
        if (folds[index]) await runScript(ctx, () => foldLog({ rows: 2, bytes: 900 }))
      }
      for (const key of ['a', 'b']) {
        const expected = logged
          .flat()
          .filter((each) => each.key === key)
          .toSorted(comparePoints)
          .filter((each, i, all) => i === 0 || comparePoints(all[i - 1] ?? each, each) !== 0)
        expect(await history(ctx, runId, key)).toEqual(expected)
      }
    }),
    { numRuns: 40 },
  )
})

test('a long log is folded by itself and nothing is lost', async () => {
  await using ctx = await testCtx('sqlite', ...migrations.slice(1))
  const runs = await Promise.all(Array.from({ length: 10 }, () => newRun(ctx)))
  for (let step = 0; step < 850; step += 1) {
    await Promise.all(
      runs.map((run) => logMetric(ctx, run, { key: 'm', value: step, timestamp: step, step })),
    )
  }
  await settleMetricLog(ctx)
  expect((await readScript(ctx, measureLog())).rows).toBeLessThan(5_000)
  for (const run of runs) {
    const steps = (await history(ctx, run, 'm')).map((metric) => metric.step)
    expect(steps).toEqual(Array.from({ length: 850 }, (_, step) => step))
  }
})

test('histories of a database made before the log are carried over', async () => {
  await using ctx = await testCtx('sqlite')
  await using database = openDatabase({ path: ':memory:' })
  const older = migrations.map((room) =>
    Object.fromEntries(
      Object.entries(room).filter(([name]) => !/^00(09|15)_tracking_metric_/.test(name)),
    ),
  )
  await migrate(database.db, older)
  const old: Ctx = { ...ctx, database, db: database.db }
  const runId = await newRun(old)
  await sql`insert into tracking_key (id, name) values (77, 'm')`.execute(database.db)
  await sql`insert into tracking_metric (run, key, timestamp, step, value, is_nan)
    values (1, 77, 5, 1, 0.5, 0), (1, 77, 6, 2, 0, 1)`.execute(database.db)
  await migrate(database.db, migrations)
  expect(await history(old, runId, 'm')).toEqual([
    { key: 'm', timestamp: 5, step: 1, value: 0.5 },
    { key: 'm', timestamp: 6, step: 2, value: Number.NaN },
  ])
})
