import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testCtx } from '../core/testing.ts'
import { startTables } from './background.ts'
import { tablesMigrations } from './migrations.ts'
import { mapParquet, mapQuery, queryParquet } from './parquet-service.ts'
import { queryRows, queryToParquet } from './query-service.ts'
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

test('adds computed columns to the rows of a Parquet file', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _room = await startTables(ctx)
  const [from, to] = ['from.parquet', 'to.parquet'].map((name) => join(ctx.config.dataDir, name))
  if (from === undefined || to === undefined) throw new Error('two paths were made')
  await queryToParquet(ctx, { sql: 'select range as a from range(3)', path: from })
  const added = [{ name: 'twice', type: 'double' }]
  const map = async (rows: readonly (readonly unknown[])[]) => rows.map(([a]) => [Number(a) * 2])
  expect(await mapParquet(ctx, { parquet: from, path: to, columns: ['a'], added, map })).toBe(3)
  const { rows } = await queryParquet(ctx, { files: { f: to }, sql: 'select * from f order by a' })
  expect(rows.map((row) => row.map(Number))).toEqual([
    [0, 0],
    [1, 2],
    [2, 4],
  ])
  await mapParquet(ctx, { parquet: from, path: to, columns: ['a'], added, kept: [], map })
  const only = await queryParquet(ctx, { files: { f: to }, sql: 'select * from f' })
  expect(only.columns.map((column) => column.name)).toEqual(['twice'])
})

test('writes rows held in memory, with times and missing values', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _room = await startTables(ctx)
  const columns = [
    { name: 'at', type: 'timestamp' },
    { name: 'text', type: 'string' },
    { name: 'n', type: 'double' },
  ]
  const rows = [
    ['2026-01-01T00:00:00.123Z', 'say "hi"\n', 1.5],
    [null, null, null],
  ]
  await writeTable(ctx, { table: 'default.log', mode: 'append', source: { columns, rows } })
  await writeTable(ctx, { table: 'default.log', mode: 'append', source: { columns, rows: [] } })
  const answer = await queryRows(ctx, { sql: 'select * from default.log order by n nulls last' })
  expect(answer.rows).toEqual([['2026-01-01T00:00:00.123000Z', 'say "hi"\n', 1.5], rows[1]])
  expect(answer.columns).toEqual(columns)
})
