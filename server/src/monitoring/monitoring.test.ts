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
