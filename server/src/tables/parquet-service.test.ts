import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testCtx } from '../core/testing.ts'
import { startTables } from './background.ts'
import { tablesMigrations } from './migrations.ts'
import { mapQuery, queryParquet } from './parquet-service.ts'
import { writeTable } from './write-service.ts'

test('adds computed columns to the rows they were computed from, whatever their number', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _room = await startTables(ctx)
  const source = { sql: "select i, i * 2 as twice, 'é' as t from range(5000) r(i)" }
  await writeTable(ctx, { table: 'default.numbers', mode: 'overwrite', source })
  const path = join(ctx.config.dataDir, 'out.parquet')
  const answer = await mapQuery(ctx, {
    sql: 'select * from default.numbers order by i',
    path,
    columns: ['twice', 'i'],
    added: [
      { name: 'sum', type: 'bigint' },
      { name: 'note', type: 'string' },
    ],
    map: async (rows) =>
      rows.map(([twice, i]) => [Number(twice) + Number(i), i === 3 ? null : `n${String(i)}`]),
  })
  expect(answer).toEqual({ rows: 5000, sources: [{ table: 'main.default.numbers', version: 0 }] })
  const sql = 'select i, "sum", note from f where i in (3, 4999) or "sum" <> i * 3 order by i'
  expect((await queryParquet(ctx, { files: { f: path }, sql })).rows).toEqual([
    [3, 9, null],
    [4999, 14997, 'n4999'],
  ])
})

test('an empty query gives an empty file with every column', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _room = await startTables(ctx)
  const path = join(ctx.config.dataDir, 'out.parquet')
  await mapQuery(ctx, {
    sql: 'select 1 as a where false',
    path,
    columns: ['a'],
    added: [{ name: 'b', type: 'double' }],
    map: async (rows) => rows.map(() => [0]),
  })
  const answer = await queryParquet(ctx, { files: { f: path }, sql: 'select * from f' })
  expect([answer.columns.map((c) => c.name), answer.rows]).toEqual([['a', 'b'], []])
})
