import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listEdges, listEvents, type Ctx } from '../core/index.ts'
import { testCtx, testDialects } from '../core/testing.ts'
import { getTable, listTables } from './catalog-service.ts'
import { tablesMigrations } from './migrations.ts'
import { queryRows } from './query-service.ts'
import { runStatement } from './statement-runner.ts'
import { commitStage, discardStage } from './stage-service.ts'
import { writeTable } from './write-service.ts'

const asAttempt = (ctx: Ctx, attemptId: string): Ctx => ({
  ...ctx,
  principal: { ...ctx.principal, attemptId },
})

async function values(ctx: Ctx): Promise<unknown[]> {
  return (await queryRows(ctx, { sql: 'select a from t order by a' })).rows.flat()
}

async function dataFiles(ctx: Ctx): Promise<string[]> {
  const names = await readdir(join(ctx.config.dataDir, 'tables', 'default', 't')).catch(() => [])
  return names.filter((name) => name.endsWith('.parquet'))
}

describe.each(testDialects)('staged writes on %s', (dialect) => {
  test('are seen by nobody until the attempt commits, then as one version', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    const attempt = asAttempt(ctx, 'a1')
    const staged = await writeTable(attempt, {
      table: 't',
      mode: 'overwrite',
      source: { sql: 'select 1 as a' },
    })
    expect(staged).toEqual({ table: 'main.default.t', version: null, rows: 1, skipped: false })
    await writeTable(attempt, { table: 't', mode: 'append', source: { sql: 'select 2 as a' } })
    const merge = {
      mode: 'merge',
      keys: ['a'],
      source: { sql: 'select 2 as a union all select 3' },
    } as const
    await writeTable(attempt, { table: 't', ...merge })
    expect(await listTables(ctx)).toEqual([])
    await expect(values(ctx)).rejects.toMatchObject({ code: 'TABLES_TABLE_NOT_FOUND' })
    const committed = await commitStage(ctx, { attemptId: 'a1', writer: 'job-run/1/ingest' })
    expect(committed).toMatchObject([{ table: 'main.default.t', version: 0, skipped: false }])
    expect(await values(ctx)).toEqual([1, 2, 3])
    expect(await commitStage(ctx, { attemptId: 'a1', writer: 'job-run/1/ingest' })).toEqual([])
    const edges = await listEdges(ctx.db, { from: 'attempt:a1' })
    expect(edges.map((edge) => [edge.kind, edge.to])).toEqual([['WROTE', 'table:main.default.t@0']])
    expect(await dataFiles(ctx)).toHaveLength(2)
  })

  test('of a second attempt of the same task are dropped when the first has committed', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    const append = { table: 't', mode: 'append', source: { sql: 'select 1 as a' } } as const
    await writeTable(asAttempt(ctx, 'a1'), append)
    await commitStage(ctx, { attemptId: 'a1', writer: 'job-run/1/x' })
    await writeTable(asAttempt(ctx, 'a2'), append)
    const again = await commitStage(ctx, { attemptId: 'a2', writer: 'job-run/1/x' })
    expect(again).toMatchObject([{ version: 0, skipped: true }])
    expect(await values(ctx)).toEqual([1])
    expect(await dataFiles(ctx)).toHaveLength(1)
    const events = await listEvents(ctx.db, { after: 0, limit: 9, types: ['tables.committed'] })
    expect(events).toHaveLength(1)
  })

  test('of one request that was sent several times at once are staged once', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    const input = {
      table: 't',
      mode: 'append',
      source: { sql: 'select 1 as a' },
      requestId: 'r',
    } as const
    const attempt = asAttempt(ctx, 'a1')
    const answers = await Promise.all([1, 2, 3].map(() => writeTable(attempt, input)))
    expect(answers.map(({ rows }) => rows)).toEqual([1, 1, 1])
    expect(await dataFiles(ctx)).toHaveLength(1)
    await commitStage(ctx, { attemptId: 'a1', writer: 'w' })
    const direct = await Promise.all([1, 2, 3].map(() => writeTable(ctx, input)))
    expect(direct.filter(({ skipped }) => !skipped)).toHaveLength(1)
    expect(await values(ctx)).toEqual([1, 1])
  })

  test('are gone without a trace when discarded', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    await writeTable(asAttempt(ctx, 'a1'), {
      table: 't',
      mode: 'append',
      source: { sql: 'select 1 as a' },
    })
    await discardStage(ctx, { attemptId: 'a1' })
    expect(await dataFiles(ctx)).toEqual([])
    expect(await commitStage(ctx, { attemptId: 'a1', writer: 'w' })).toEqual([])
    expect(await listTables(ctx)).toEqual([])
  })

  test('sent twice under one request id are staged once', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    const input = {
      table: 't',
      mode: 'append',
      source: { sql: 'select 1 as a' },
      requestId: 'r1',
    } as const
    await writeTable(asAttempt(ctx, 'a1'), input)
    await writeTable(asAttempt(ctx, 'a1'), input)
    await commitStage(ctx, { attemptId: 'a1', writer: 'w' })
    await writeTable(ctx, { ...input, requestId: 'r2' })
    expect(await writeTable(ctx, { ...input, requestId: 'r2' })).toMatchObject({ skipped: true })
    expect(await values(ctx)).toEqual([1, 1])
  })

  test('are seen by the attempt itself, changes by SQL among them', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    await writeTable(ctx, { table: 't', mode: 'append', source: { sql: 'select 1 as a' } })
    const attempt = asAttempt(ctx, 'a1')
    const sink = { start: () => {}, push: () => true }
    const run = (sql: string) => runStatement(attempt, { sql, sink })
    await run('INSERT INTO t VALUES (2), (3)')
    await run('UPDATE t SET a = a + 10 WHERE a < 3')
    await run('DELETE FROM t WHERE a = 12')
    await run(
      'MERGE INTO t USING (SELECT 11 AS a) s ON t.a = s.a WHEN MATCHED THEN UPDATE SET a = 20',
    )
    const merge = {
      mode: 'merge',
      keys: ['a'],
      source: { sql: 'select 3 as a union all select 4' },
    } as const
    await writeTable(attempt, { table: 't', ...merge })
    await run('UPDATE t SET a = a WHERE a = 20')
    await writeTable(attempt, { table: 't', ...merge })
    await run('CREATE TABLE u AS SELECT a * 2 AS a FROM t')
    expect(await values(attempt)).toEqual([3, 4, 20])
    expect(await values(ctx)).toEqual([1])
    const doubled = await queryRows(attempt, { sql: 'select a from u order by a' })
    expect(doubled.rows.flat()).toEqual([6, 8, 40])
    await writeTable(ctx, { table: 't', mode: 'append', source: { sql: 'select 99 as a' } })
    await commitStage(ctx, { attemptId: 'a1', writer: 'w' })
    expect(await values(ctx)).toEqual([3, 4, 20, 99])
    const { version } = await getTable(ctx, 't')
    expect(version).toBe(2)
    const names = (await listTables(ctx)).map((table) => table.name)
    expect(names).toEqual(['main.default.t', 'main.default.u'])
  })

  test('that rewrite rows lose against a commit that rewrote the same rows', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    await writeTable(ctx, { table: 't', mode: 'append', source: { sql: 'select 1 as a' } })
    const sink = { start: () => {}, push: () => true }
    await runStatement(asAttempt(ctx, 'a1'), { sql: 'UPDATE t SET a = a + 1', sink })
    await runStatement(ctx, { sql: 'UPDATE t SET a = a + 10', sink })
    const committing = commitStage(ctx, { attemptId: 'a1', writer: 'w' })
    await expect(committing).rejects.toMatchObject({ code: 'TABLES_COMMIT_CONFLICT' })
    await discardStage(ctx, { attemptId: 'a1' })
    expect(await values(ctx)).toEqual([11])
    expect(await dataFiles(ctx)).toHaveLength(2)
  })

  test('record what the attempt read', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    await writeTable(ctx, { table: 't', mode: 'append', source: { sql: 'select 1 as a' } })
    await queryRows(asAttempt(ctx, 'a1'), { sql: 'select * from t' })
    const edges = await listEdges(ctx.db, { from: 'attempt:a1' })
    expect(edges.map((edge) => [edge.kind, edge.to])).toEqual([['READ', 'table:main.default.t@0']])
  })
})
