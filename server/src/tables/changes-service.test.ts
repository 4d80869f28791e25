import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testCtx } from '../core/testing.ts'
import { changesBetween } from './changes-service.ts'
import { tablesMigrations } from './migrations.ts'
import { queryRows } from './query-service.ts'
import { runStatement } from './statement-runner.ts'
import { writeTable } from './write-service.ts'

test('gives the rows that commits added or replaced, each once', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  const write = (mode: 'append' | 'merge' | 'overwrite', sql: string) =>
    writeTable(ctx, { table: 't', mode, keys: ['id'], source: { sql } })
  await write('append', 'select i as id, 0 as v from range(3) x(i)')
  await write('append', 'select 10 as id, 0 as v')
  await write('merge', 'select unnest([2, 20]) as id, 1 as v')
  const sink = { start: () => {}, push: () => true }
  await runStatement(ctx, { sql: 'UPDATE t SET v = 5 WHERE id = 0', sink })
  await runStatement(ctx, { sql: 'OPTIMIZE t', sink })
  await write('merge', 'select 20 as id, 7 as v')
  const path = join(ctx.config.dataDir, 'changes.parquet')
  const changed = async (fromVersion: number, toVersion: number) => {
    const changes = await changesBetween(ctx, { table: 't', fromVersion, toVersion, path })
    await writeTable(ctx, { table: 'seen', mode: 'overwrite', source: { parquet: path } })
    const { rows } = await queryRows(ctx, { sql: 'select id, v from seen order by id' })
    return { ...changes, ids: rows.map(([id]) => id) }
  }
  expect(await changed(-1, 0)).toEqual({ rows: 3, skipped: [], ids: [0, 1, 2] })
  expect(await changed(0, 2)).toEqual({ rows: 3, skipped: [], ids: [2, 10, 20] })
  expect(await changed(2, 4)).toEqual({ rows: 0, skipped: [3], ids: [] })
  expect(await changed(4, 5)).toEqual({ rows: 1, skipped: [], ids: [20] })
})
