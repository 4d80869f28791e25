import { expect, test } from 'vitest'
import type { Ctx } from '../core/index.ts'
import { testCtx } from '../core/testing.ts'
import { authMigrations } from '../auth/index.ts'
import { queryRows, startTables, tablesMigrations, writeTable } from '../tables/index.ts'
import { featuresMigrations } from './migrations.ts'
import { readOnline } from './online-service.ts'
import { createTrainingSet, type TrainingSetInput } from './training-set-service.ts'
import { Clock, type ViewDefinition } from './types.ts'
import { createView, describeFeatures } from './view-service.ts'

interface Fixture extends AsyncDisposable {
  readonly ctx: Ctx
}

async function fixture(): Promise<Fixture> {
  await using stack = new AsyncDisposableStack()
  const ctx = stack.use(
    await testCtx('sqlite', authMigrations, tablesMigrations, featuresMigrations),
  )
  stack.use(await startTables(ctx))
  await writeTable(ctx, {
    table: 'default.txn',
    mode: 'overwrite',
    source: {
      sql: `SELECT * FROM (VALUES
        ('c1', TIMESTAMPTZ '2024-01-01 00:00:00+00', TIMESTAMPTZ '2024-01-01 00:00:00+00', 1, 10.0::DOUBLE),
        ('c1', TIMESTAMPTZ '2024-01-01 00:00:00+00', TIMESTAMPTZ '2024-02-01 00:00:00+00', 1, 99.0::DOUBLE),
        ('c1', TIMESTAMPTZ '2024-01-10 00:00:00+00', TIMESTAMPTZ '2024-01-10 00:00:00+00', 2, 5.0::DOUBLE),
        ('c2', TIMESTAMPTZ '2024-01-05 00:00:00+00', TIMESTAMPTZ '2024-01-05 00:00:00+00', 3, 7.0::DOUBLE)
      ) t(customer, happened, known, txn, amount)`,
    },
  })
  const moved = stack.move()
  return { ctx, [Symbol.asyncDispose]: () => moved.disposeAsync() }
}

const view: ViewDefinition = {
  name: 'spend',
  table: 'default.txn',
  keys: ['customer'],
  event_time: 'happened',
  known_at: 'known',
  row_key: ['txn'],
  aggregations: [
    { column: 'amount', function: 'sum', window: '30d', as: 'spend_30d' },
    { column: '*', function: 'count', window: '30d', as: 'n_30d' },
  ],
}

const set: TrainingSetInput = {
  name: 'train',
  spine: {
    sql: `SELECT * FROM (VALUES ('c1', TIMESTAMPTZ '2024-01-20 00:00:00+00', 1), ('c9', NULL, 0),
      ('c2', TIMESTAMPTZ '2024-01-04 00:00:00+00', 0)) s(customer, t, label)`,
  },
  eventTime: 't',
  views: [{ view: 'spend' }],
  clock: Clock.Both,
  output: 'default.train',
  pin: {},
  overwrite: false,
}

test('a training set cannot see the future, nor a correction that came later', async () => {
  await using made = await fixture()
  const { ctx } = made
  await createView(ctx, view)
  const result = await createTrainingSet(ctx, set)
  expect(result).toMatchObject({
    table: 'main.default.train',
    rows: 3,
    columns: ['customer', 't', 'label', 'spend_30d', 'n_30d'],
    sources: [{ table: 'main.default.txn', version: 0 }],
    leakReport: { rowsAffected: 1, columns: { spend_30d: 1 } },
  })
  const sql = 'SELECT customer, spend_30d, n_30d FROM default.train ORDER BY customer'
  expect((await queryRows(ctx, { sql })).rows).toEqual([
    ['c1', 15, 2],
    ['c2', null, 0],
    ['c9', null, 0],
  ])
})

test('a pinned set is the same whatever was written since', async () => {
  await using made = await fixture()
  const { ctx } = made
  await createView(ctx, view)
  await createTrainingSet(ctx, set)
  await writeTable(ctx, {
    table: 'default.txn',
    mode: 'append',
    source: {
      sql: `SELECT 'c1' AS customer, TIMESTAMPTZ '2024-01-11 00:00:00+00' AS happened,
        TIMESTAMPTZ '2024-01-11 00:00:00+00' AS known, 9 AS txn, 1000.0::DOUBLE AS amount`,
    },
  })
  const rowsOf = async (table: string) =>
    (await queryRows(ctx, { sql: `SELECT * FROM default.${table} ORDER BY customer` })).rows
  await createTrainingSet(ctx, { ...set, output: 'default.pinned', pin: { 'default.txn': 0 } })
  await createTrainingSet(ctx, { ...set, output: 'default.fresh' })
  expect(await rowsOf('pinned')).toEqual(await rowsOf('train'))
  expect(await rowsOf('fresh')).not.toEqual(await rowsOf('train'))
})

test('reads online what a training set would show at that time, keys in order', async () => {
  await using made = await fixture()
  const { ctx } = made
  await createView(ctx, view)
  const at = new Date('2024-01-20T00:00:00Z')
  const answer = await readOnline(ctx, { view: 'spend', keys: [['nobody'], ['c1']], at })
  expect(answer).toEqual({
    columns: ['spend_30d', 'n_30d'],
    rows: [
      [null, 0],
      [15, 2],
    ],
    asOf: '2024-01-20T00:00:00.000Z',
  })
})

test('the same definition is the same version, another one the next', async () => {
  await using made = await fixture()
  const first = await createView(made.ctx, view)
  const again = await createView(made.ctx, view)
  const changed = await createView(made.ctx, { ...view, lookback: '1d' })
  expect([first.version, again.version, changed.version]).toEqual([1, 1, 2])
  expect(await describeFeatures(made.ctx, changed)).toEqual([
    { name: 'spend_30d', type: 'double' },
    { name: 'n_30d', type: 'bigint' },
  ])
})

test.each([
  [{ keys: ['nope'] }, /no column 'nope'/],
  [{ event_time: 'amount' }, /'amount' is double/],
  [{ aggregations: [] }, /neither columns nor aggregations/],
  [{ lookback: '1 week' }, /write a duration/],
])('refuses %j by name', async (change, message) => {
  await using made = await fixture()
  await expect(createView(made.ctx, { ...view, ...change })).rejects.toThrow(message)
})

test('does not overwrite a table that it was not told to', async () => {
  await using made = await fixture()
  await createView(made.ctx, view)
  await createTrainingSet(made.ctx, set)
  await expect(createTrainingSet(made.ctx, set)).rejects.toThrow(/overwrite: true/)
})
