import { mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtemp } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Ctx } from '../core/index.ts'
import { testCtx } from '../core/testing.ts'
import { getTable } from './catalog-service.ts'
import { tablesMigrations } from './migrations.ts'
import { queryRows } from './query-service.ts'
import { runStatement } from './statement-runner.ts'

async function run(ctx: Ctx, sql: string): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = []
  const sink = {
    start: () => {},
    push: (row: readonly (string | null)[]) => rows.push([...row]) > 0,
  }
  await runStatement(ctx, { sql, sink })
  return rows
}

async function dataFiles(ctx: Ctx, table: string): Promise<string[]> {
  const { location } = await getTable(ctx, table)
  return (await readdir(location)).filter((name) => name.endsWith('.parquet'))
}

test('optimize writes small files as one and changes no row', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await run(ctx, 'CREATE TABLE t (i INT, p STRING) PARTITIONED BY (p)')
  for (let i = 0; i < 6; i++) await run(ctx, `INSERT INTO t VALUES (${i}, 'p${i % 2}')`)
  const before = await run(ctx, 'SELECT * FROM t ORDER BY i')
  expect(await run(ctx, 'OPTIMIZE t')).toEqual([['2', '6']])
  expect(await run(ctx, 'SELECT * FROM t ORDER BY i')).toEqual(before)
  expect(await getTable(ctx, 't')).toMatchObject({ files: 2, rows: 6 })
  expect(await run(ctx, 'OPTIMIZE t')).toEqual([['0', '0']])
  expect(await getTable(ctx, 't')).toMatchObject({ version: 7 })
})

test('vacuum deletes what no kept version names, and nothing younger', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await run(ctx, 'CREATE TABLE t (i INT)')
  await run(ctx, 'INSERT INTO t VALUES (1)')
  await run(ctx, 'UPDATE t SET i = 2')
  const old = new Date(ctx.now().getTime() - 1000)
  const { location } = await getTable(ctx, 't')
  for (const name of await dataFiles(ctx, 't')) await utimes(join(location, name), old, old)
  expect(await run(ctx, 'VACUUM t')).toEqual([])
  await expect(run(ctx, 'VACUUM t RETAIN 0 HOURS')).rejects.toThrow(/below the table's 168 hours/)
  ctx.advance(8 * 86_400_000)
  expect(await run(ctx, 'VACUUM t DRY RUN')).toHaveLength(1)
  expect(await dataFiles(ctx, 't')).toHaveLength(2)
  expect(await run(ctx, 'VACUUM t')).toHaveLength(1)
  expect(await dataFiles(ctx, 't')).toHaveLength(1)
  expect(await run(ctx, 'SELECT i FROM t')).toEqual([['2']])
  await expect(run(ctx, 'RESTORE TABLE t TO VERSION AS OF 1')).rejects.toThrow(/vacuumed/)
})

test('vacuum deletes what writes that never ended left behind, once it is old', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await run(ctx, 'CREATE TABLE t (i INT)')
  const { location } = await getTable(ctx, 't')
  const leftovers = ['.write-1', '.write-2', '_delta_log/.tmp-3'].map((name) =>
    join(location, name),
  )
  await mkdir(join(location, '.write-1', 'p=1'), { recursive: true })
  for (const path of leftovers.slice(1)) await writeFile(path, 'half')
  for (const path of leftovers) await utimes(path, ctx.now(), ctx.now())
  expect(await run(ctx, 'VACUUM t')).toEqual([])
  ctx.advance(8 * 86_400_000)
  expect(new Set((await run(ctx, 'VACUUM t')).flat())).toEqual(new Set(leftovers))
  expect(await readdir(location)).toEqual(['_delta_log'])
  expect(await run(ctx, 'VACUUM t')).toEqual([])
})

test('restore brings an earlier version back as a new one, columns included', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await run(ctx, 'CREATE TABLE t AS SELECT 1 AS i')
  ctx.advance(10_000)
  await run(ctx, 'ALTER TABLE t ADD COLUMNS (n STRING, d DATE)')
  await run(ctx, "INSERT INTO t VALUES (2, 'x', '2024-02-29')")
  expect(await run(ctx, 'SELECT * FROM t ORDER BY i')).toEqual([
    ['1', null, null],
    ['2', 'x', '2024-02-29'],
  ])
  await run(ctx, "RESTORE TABLE t TO TIMESTAMP AS OF '2026-01-01T00:00:05Z'")
  expect(await run(ctx, 'SELECT * FROM t')).toEqual([['1']])
  expect(await getTable(ctx, 't')).toMatchObject({ version: 3 })
  await expect(run(ctx, 'RESTORE TABLE t TO VERSION AS OF 9')).rejects.toThrow(/go up to 3/)
})

test('constraints and properties are kept to', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await run(ctx, 'CREATE TABLE t (i INT)')
  await run(ctx, 'INSERT INTO t VALUES (1)')
  await expect(run(ctx, 'ALTER TABLE t ADD CONSTRAINT big CHECK (i > 5)')).rejects.toThrow(
    /1 row breaks/,
  )
  await run(ctx, 'ALTER TABLE t ADD CONSTRAINT small CHECK (i < 5)')
  await expect(run(ctx, 'INSERT INTO t VALUES (9)')).rejects.toThrow(/small/)
  await expect(run(ctx, 'INSERT INTO t VALUES (NULL)')).rejects.toThrow(/small/)
  await run(ctx, 'ALTER TABLE t DROP CONSTRAINT small')
  await run(ctx, 'ALTER TABLE t DROP CONSTRAINT IF EXISTS small')
  await run(ctx, 'INSERT INTO t VALUES (9)')
  await run(ctx, "ALTER TABLE t SET TBLPROPERTIES ('delta.appendOnly' = 'true', 'a.b' = 'c')")
  await expect(run(ctx, 'DELETE FROM t')).rejects.toThrow(/appendOnly/)
  await expect(run(ctx, 'INSERT OVERWRITE t VALUES (1)')).rejects.toThrow(/appendOnly/)
  expect(await run(ctx, 'SHOW TBLPROPERTIES t')).toContainEqual(['a.b', 'c'])
  await run(ctx, "ALTER TABLE t UNSET TBLPROPERTIES ('delta.appendOnly')")
  expect(await run(ctx, 'DELETE FROM t')).toEqual([['2']])
  const cdf = "ALTER TABLE t SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"
  await expect(run(ctx, cdf)).rejects.toThrow(/enableChangeDataFeed/)
  expect(await dataFiles(ctx, 't')).toHaveLength(2)
})

test('a location is a table of its own, and only where one may be', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'millrace-location-'))
  await using _gone = { [Symbol.asyncDispose]: () => rm(outside, { recursive: true }) }
  await using inner = await testCtx('sqlite', tablesMigrations)
  const ctx = { ...inner, config: { ...inner.config, externalLocations: [join(outside, 'ok')] } }
  await mkdir(join(outside, 'ok'))
  await mkdir(join(outside, 'secret'))
  await symlink(join(outside, 'secret'), join(outside, 'ok', 'link'))
  const where = join(outside, 'ok', 'a')
  await run(ctx, `CREATE TABLE a (i INT) LOCATION 'file://${where}'`)
  await run(ctx, 'INSERT INTO a VALUES (1)')
  await run(ctx, `CREATE TABLE b USING DELTA LOCATION '${where}'`)
  expect(await run(ctx, 'SELECT i FROM b')).toEqual([['1']])
  await expect(run(ctx, 'CREATE TABLE failed AS SELECT 1 AS a, 2 AS A')).rejects.toThrow(
    /same name|duplicate/i,
  )
  await run(ctx, `CREATE TABLE failed LOCATION '${where}'`)
  await run(ctx, 'DROP TABLE a')
  expect(await run(ctx, 'SELECT i FROM b')).toEqual([['1']])
  await expect(run(ctx, `CREATE TABLE c (s STRING) LOCATION '${where}'`)).rejects.toThrow(
    /has others/,
  )
  for (const bad of [
    join(outside, 'secret', 'x'),
    join(outside, 'ok', '..', 'secret', 'x'),
    join(outside, 'ok', 'link', 'x'),
    '/etc/x',
    'relative',
    's3://bucket/x',
    `${ctx.config.dataDir}/millrace.db`,
  ]) {
    const create = run(ctx, `CREATE TABLE d (i INT) LOCATION '${bad}'`)
    await expect(create).rejects.toMatchObject({ code: 'TABLES_LOCATION_REFUSED' })
  }
  expect(await readdir(join(outside, 'secret'))).toEqual([])
})

test('drops a managed table with its files, and makes it anew from nothing', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await run(ctx, 'CREATE SCHEMA s')
  await run(ctx, 'CREATE TABLE s.t AS SELECT 1 AS i')
  await expect(run(ctx, 'DROP SCHEMA s')).rejects.toThrow(/holds 1/)
  await run(ctx, 'DROP TABLE s.t')
  await run(ctx, 'DROP TABLE IF EXISTS s.t')
  await expect(run(ctx, 'SELECT * FROM s.t')).rejects.toThrow(/does not exist/)
  await run(ctx, "CREATE TABLE s.t AS SELECT 'x' AS other")
  expect((await queryRows(ctx, { sql: 'select * from s.t' })).rows).toEqual([['x']])
  await expect(run(ctx, 'CREATE TABLE s.t (i INT)')).rejects.toThrow(/already exists/)
  await run(ctx, 'CREATE TABLE IF NOT EXISTS s.t (i INT)')
  await run(ctx, 'CREATE OR REPLACE TABLE s.t (i INT)')
  expect(await run(ctx, 'DESCRIBE s.t')).toEqual([['i', 'int', null]])
  await run(ctx, 'DROP SCHEMA s CASCADE')
  await expect(run(ctx, 'CREATE TABLE s.t (i INT)')).rejects.toThrow(/Schema 's' does not exist/)
})
