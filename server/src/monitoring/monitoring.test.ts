import { expect, test } from 'vitest'
import { listEvents, type Ctx } from '../core/index.ts'
import { testCtx } from '../core/testing.ts'
import { queryRows, startTables, tablesMigrations, writeTable } from '../tables/index.ts'
import { monitoringMigrations } from './migrations.ts'
import { listAlerts } from './monitor-store.ts'
import { getMonitor, refreshMonitor, setMonitor } from './refresh-service.ts'
import type { MonitorDefinition } from './schema.ts'

async function withTables(work: (ctx: Ctx) => Promise<void>): Promise<void> {
  await using ctx = await testCtx('sqlite', tablesMigrations, monitoringMigrations)
  await using _room = await startTables(ctx)
  const week = (n: number, price: string) =>
    `SELECT i AS id, DATE '2026-01-01' + INTERVAL (${n * 7}) DAY AS week, ${price} AS price,
      CASE WHEN i % 2 = 0 THEN 'A' ELSE 'B' END AS plan,
      CASE WHEN i % 4 = 0 THEN 1 ELSE 0 END AS label, CASE WHEN i % 8 = 0 THEN 1 ELSE 0 END AS guess
      FROM range(400) r(i)`
  for (const sql of [week(0, '(i % 100)::DOUBLE'), week(1, '(i % 100)::DOUBLE * 2')]) {
    await writeTable(ctx, { table: 'shop.sales', mode: 'append', source: { sql } })
  }
  await work(ctx)
}

const monitor: MonitorDefinition = {
  name: 'sales',
  table: 'shop.sales',
  baseline: { table: 'shop.sales', version: 0 },
  time_column: 'week',
  exclude_columns: ['id'],
  slices: ['plan'],
  label_column: 'label',
  prediction_column: 'guess',
  positive_label: '1',
  metrics: ['psi', 'ks', 'null_share', 'recall'],
  alerts: [
    { column: '*', metric: 'psi', limit: 0.25 },
    { column: 'guess', metric: 'recall', limit: 0.9 },
  ],
  output_schema: 'main.shop',
}

test('a drifted week raises one alert for what drifted, kept with its event', async () => {
  await withTables(async (ctx) => {
    await setMonitor(ctx, monitor)
    const refresh = await refreshMonitor(ctx, 'sales')
    expect(refresh.alerts.map((a) => [a.column, a.metric])).toEqual([
      ['price', 'psi'],
      ['guess', 'recall'],
    ])
    expect(refresh).toMatchObject({ version: 1, baselineVersion: 0 })
    const events = await listEvents(ctx.db, { after: 0, limit: 99, types: ['monitoring.alert'] })
    expect(events.map((e) => e.payload)).toMatchObject([{ column: 'price' }, { column: 'guess' }])
    expect(await listAlerts(ctx.db, 'sales', 9)).toHaveLength(2)
    const sql = `SELECT slice_value, value FROM shop.sales_drift_metrics
      WHERE column_name = 'price' AND metric = 'ks' ORDER BY slice_value`
    const { rows } = await queryRows(ctx, { sql })
    expect(rows.map(([slice]) => slice)).toEqual(['', 'A', 'B'])
    expect(Number(rows[0]?.[1])).toBeGreaterThan(0.4)
  })
})

test('keeps drift of every feature and quality of the predictions, for all rows and every slice', async () => {
  await withTables(async (ctx) => {
    await setMonitor(ctx, monitor)
    await refreshMonitor(ctx, 'sales')
    const sql = `SELECT column_name, metric, string_agg(slice_value, ',' ORDER BY slice_value)
      FROM shop.sales_drift_metrics GROUP BY ALL ORDER BY ALL`
    const numeric = ['guess', 'label', 'price'].flatMap((column) =>
      ['ks', 'null_share', 'psi'].map((metric) => [column, metric, ',A,B']),
    )
    expect((await queryRows(ctx, { sql })).rows).toEqual(
      [
        ...numeric,
        ['guess', 'recall', ',A'],
        ['plan', 'null_share', ''],
        ['plan', 'psi', ''],
      ].toSorted((a, b) => (a.join() < b.join() ? -1 : 1)),
    )
    // Half of the positive rows are guessed; all are of plan A, so plan B has no recall.
    const recall = `SELECT slice_value, value, rows FROM shop.sales_drift_metrics
      WHERE metric = 'recall' ORDER BY ALL`
    const [all, a] = (await queryRows(ctx, { sql: recall })).rows
    expect([all, a]).toEqual([
      ['', 0.5, 400],
      ['A', 0.5, 200],
    ])
  })
})

test('raises a limit once about a version of the table, and again about the next', async () => {
  await withTables(async (ctx) => {
    await setMonitor(ctx, monitor)
    const events = async () =>
      (await listEvents(ctx.db, { after: 0, limit: 99, types: ['monitoring.alert'] })).length
    await refreshMonitor(ctx, 'sales')
    const again = await Promise.all([refreshMonitor(ctx, 'sales'), refreshMonitor(ctx, 'sales')])
    expect(again.map((refresh) => refresh.alerts.length)).toEqual([2, 2])
    expect([await events(), (await listAlerts(ctx.db, 'sales', 9)).length]).toEqual([2, 2])
    await setMonitor(ctx, { ...monitor, alerts: [{ column: '*', metric: 'psi', limit: 0.3 }] })
    await refreshMonitor(ctx, 'sales')
    expect(await events()).toBe(3)
    const sql = 'SELECT * FROM shop.sales WHERE id = 1 AND price = 2'
    await writeTable(ctx, { table: 'shop.sales', mode: 'append', source: { sql } })
    await refreshMonitor(ctx, 'sales')
    expect(await events()).toBe(4)
  })
})

test('the same week as the baseline raises nothing about drift', async () => {
  await withTables(async (ctx) => {
    await setMonitor(ctx, { ...monitor, baseline: { table: 'shop.sales' }, time_column: 'week' })
    await setMonitor(ctx, { ...monitor, alerts: [{ column: 'plan', metric: 'psi', limit: 0.1 }] })
    expect((await refreshMonitor(ctx, 'sales')).alerts).toEqual([])
  })
})

test.each<[Partial<MonitorDefinition>, RegExp]>([
  [{ columns: ['nope'] }, /no column 'nope'/],
  [{ time_column: 'nope' }, /no column 'nope'/],
  [{ table: 'shop.none' }, /none/],
])('refuses %j by name when it looks', async (change, message) => {
  await withTables(async (ctx) => {
    await setMonitor(ctx, { ...monitor, ...change })
    await expect(refreshMonitor(ctx, 'sales')).rejects.toThrow(message)
  })
})

test('an unknown monitor is a 404', async () => {
  await withTables(async (ctx) => {
    await expect(getMonitor(ctx, 'x')).rejects.toThrow(/no monitor 'x'/)
  })
})
