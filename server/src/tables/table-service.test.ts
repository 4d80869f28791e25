import { describe, expect, test } from 'vitest'
import { listEvents } from '../core/index.ts'
import { testCtx, testDialects } from '../core/testing.ts'
import { getTable, listTables } from './catalog-service.ts'
import { tablesMigrations } from './migrations.ts'
import { queryRows } from './query-service.ts'
import { tableHistory } from './history-service.ts'
import { writeTable } from './write-service.ts'

const rows = (sql: string) => ({ sql })

describe.each(testDialects)('tables on %s', (dialect) => {
  test('creates, appends, overwrites and reads every version', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    const table = 'main.churn.customers'
    const one = rows("select 1 as id, 'a' as name union all select 2, 'b'")
    const first = await writeTable(ctx, { table, mode: 'append', source: one })
    expect(first).toEqual({ table, version: 0, rows: 2, skipped: false })
    ctx.advance(1000)
    await writeTable(ctx, { table, mode: 'append', source: rows("select 3 as id, 'c' as name") })
    ctx.advance(1000)
    await writeTable(ctx, { table, mode: 'overwrite', source: rows("select 9 as id, 'z' as name") })
    const ids = async (sql: string) => (await queryRows(ctx, { sql })).rows.flat()
    expect(await ids('select id from churn.customers order by id')).toEqual([9])
    expect(await ids('select id from churn.customers version as of 0 order by id')).toEqual([1, 2])
    expect(
      await ids('select id from main.churn.customers version as of 1 c order by c.id'),
    ).toEqual([1, 2, 3])
    const byTime =
      "select id from churn.customers timestamp as of '2026-01-01 00:00:01.5' order by 1"
    expect(await ids(byTime)).toEqual([1, 2, 3])
    const pinned = await queryRows(ctx, {
      sql: 'select count(*) from churn.customers',
      versions: { [table]: 0 },
    })
    expect(pinned.rows).toEqual([[2]])
    expect(pinned.sources).toEqual([{ table, version: 0 }])
    const info = await getTable(ctx, table)
    expect(info).toMatchObject({ name: table, version: 2, rows: 1 })
    expect(info.columns.map((c) => `${c.name} ${c.type}`)).toEqual(['id int', 'name string'])
    expect((await listTables(ctx)).map((t) => t.name)).toEqual([table])
    const history = await tableHistory(ctx, table)
    expect(history.map((h) => [h.version, h.operation])).toEqual([
      [2, 'WRITE'],
      [1, 'WRITE'],
      [0, 'CREATE TABLE AS SELECT'],
    ])
    const events = await listEvents(ctx.db, { after: 0, limit: 10, types: ['tables.committed'] })
    expect(events.map((e) => [e.subject, e.payload])).toMatchObject([
      ['table:main.churn.customers@0', { table, version: 0, rows: 2 }],
      ['table:main.churn.customers@1', { table, version: 1, rows: 1 }],
      ['table:main.churn.customers@2', { table, version: 2, rows: 1 }],
    ])
  })

  test('merges by key: replaces what is there, adds the rest', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    const write = (mode: 'append' | 'merge', sql: string) =>
      writeTable(ctx, { table: 't', mode, keys: ['id'], source: { sql } })
    await write('append', "select i as id, 'old' as v from range(5) x(i)")
    await write('append', "select i as id, 'old' as v from range(5, 10) x(i)")
    await write('merge', "select i as id, 'new' as v from unnest([3, 4, 20]) x(i)")
    const answer = await queryRows(ctx, { sql: 'select id, v from t order by id' })
    expect(answer.rows).toHaveLength(11)
    expect(answer.rows.filter(([, v]) => v === 'new').map(([id]) => id)).toEqual([3, 4, 20])
    await expect(
      write('merge', "select 1 as id, 'x' as v union all select 1, 'y'"),
    ).rejects.toMatchObject({
      code: 'TABLES_DUPLICATE_KEYS',
    })
  })

  test('commits a transaction id once', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    const input = {
      table: 't',
      mode: 'append',
      source: { sql: 'select 1 as a' },
      txn: { appId: 'job/1', version: 1 },
    } as const
    expect(await writeTable(ctx, input)).toMatchObject({ version: 0, skipped: false })
    expect(await writeTable(ctx, input)).toMatchObject({ version: 0, skipped: true, rows: 0 })
    expect((await queryRows(ctx, { sql: 'select count(*) from t' })).rows).toEqual([[1]])
  })
})
