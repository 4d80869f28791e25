import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { listEvents, type Ctx } from '../../core/index.ts'
import { testCtx, testDialects } from '../../core/testing.ts'
import { startTables } from '../background.ts'
import { tableHistory } from '../history-service.ts'
import { tablesMigrations } from '../migrations.ts'
import { queryRows } from '../query-service.ts'
import { runStatement } from '../statement-runner.ts'
import { logAt } from '../room.ts'
import { writeTable, type WriteTableInput } from '../write-service.ts'

const sink = { start: () => {}, push: () => true }

function run(ctx: Ctx, sql: string): Promise<void> {
  return runStatement(ctx, { sql, sink })
}

function addOne(ctx: Ctx, id: number, more: Partial<WriteTableInput> = {}) {
  const source = { columns: [{ name: 'id', type: 'bigint' }], rows: [[id]] }
  return writeTable(ctx, { table: 't', mode: 'append', source, ...more })
}

async function ids(ctx: Ctx): Promise<unknown[]> {
  return (await queryRows(ctx, { sql: 'select id from t order by id' })).rows.flat()
}

describe.each(testDialects)('small appends on %s', (dialect) => {
  test('of many callers share commits, and each caller learns its version', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    await using _room = await startTables(ctx)
    await run(ctx, 'create table t (id bigint)')
    const answers = await Promise.all(Array.from({ length: 40 }, (_, id) => addOne(ctx, id)))
    expect(await ids(ctx)).toEqual(answers.map((_, id) => id))
    const { version } = await logAt(ctx, join(ctx.config.dataDir, 'tables/default/t')).update()
    expect(version).toBeLessThan(20)
    for (const [id, answer] of answers.entries()) {
      const sql = `select count(*) from t version as of ${answer.version} where id = ${id}`
      expect([answer.rows, (await queryRows(ctx, { sql })).rows]).toEqual([1, [[1]]])
    }
    const types = ['tables.committed'] as const
    const announced = await listEvents(ctx.db, { after: 0, limit: 100, types })
    const rows = announced.map((event) => ('rows' in event.payload ? event.payload.rows : 0))
    expect(rows.reduce((sum, one) => sum + one, 0)).toBe(40)
  })

  test('that are sent again write nothing, in one commit with others as well', async () => {
    await using ctx = await testCtx(dialect, tablesMigrations)
    await run(ctx, 'create table t (id bigint)')
    const first = await addOne(ctx, 1, { requestId: 'one' })
    const answers = await Promise.all([
      addOne(ctx, 1, { requestId: 'one' }),
      addOne(ctx, 2, { requestId: 'two' }),
      addOne(ctx, 2, { requestId: 'two' }),
      addOne(ctx, 3, { txn: { appId: 'app', version: 7 } }),
      addOne(ctx, 3, { txn: { appId: 'app', version: 7 } }),
    ])
    const older = await addOne(ctx, 3, { txn: { appId: 'app', version: 6 } })
    expect(await ids(ctx)).toEqual([1, 2, 3])
    // Which of two at the same time is the first is not said.
    const isOneOfTwo = ([one, other]: boolean[]): boolean => one !== other
    const skipped = answers.map((answer) => answer.skipped)
    expect(skipped[0]).toBe(true)
    expect(skipped.slice(1, 3)).toSatisfy(isOneOfTwo)
    expect(skipped.slice(3)).toSatisfy(isOneOfTwo)
    expect(older.skipped).toBe(true)
    expect(answers[0]?.version).toBe(first.version)
    expect(answers[2]?.version).toBe(answers[1]?.version)
  })
})

test('of different people are different commits', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await run(ctx, 'create table t (id bigint)')
  const as = (name: string): Ctx => ({ ...ctx, principal: { ...ctx.principal, name } })
  await Promise.all([0, 1, 2, 3].map((id) => addOne(as(id % 2 === 0 ? 'ann' : 'bob'), id)))
  const history = await tableHistory(ctx, 't', { limit: 10 })
  const rows = (user: string) =>
    history
      .filter((entry) => entry.user === user)
      .reduce((sum, entry) => sum + Number(entry.metrics['numOutputRows']), 0)
  expect([rows('ann'), rows('bob'), await ids(ctx)]).toEqual([2, 2, [0, 1, 2, 3]])
})

test('that no longer fit the columns are written the long way, or refused as ever', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _room = await startTables(ctx)
  await run(ctx, 'create table t (id bigint, extra int)')
  await Promise.all([
    addOne(ctx, 1),
    run(ctx, 'alter table t add column more string'),
    addOne(ctx, 2),
    run(ctx, "insert into t values (3, 4, 'x')").catch(() => {}),
  ])
  expect((await ids(ctx)).slice(0, 2)).toEqual([1, 2])
  const columns = [{ name: 'nope', type: 'bigint' }]
  const bad = writeTable(ctx, { table: 't', mode: 'append', source: { columns, rows: [[1]] } })
  await expect(bad).rejects.toMatchObject({ code: 'TABLES_SCHEMA_MISMATCH' })
  await expect(run(ctx, "insert into t values ('x', 1, 'y')")).rejects.toThrow(/'x'/)
  await expect(run(ctx, 'insert into t values (1, 3000000000, null)')).rejects.toThrow(/3000000000/)
})

const text = fc.string({ unit: 'binary' }).filter((one) => !one.includes('\0'))
const twoDigits = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((n) => String(n).padStart(2, '0'))
const day = fc
  .tuple(fc.integer({ min: 1900, max: 2100 }), twoDigits(1, 12), twoDigits(1, 28))
  .map((parts) => parts.join('-'))
const time = fc
  .tuple(day, twoDigits(0, 23), twoDigits(0, 59), fc.constantFrom('', '.5', '.123', '.000001'))
  .map(([date, hour, minute, rest]) => `${date} ${hour}:${minute}:59${rest}`)
const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`
const literals = fc.record({
  n: fc.maxSafeInteger().map(String),
  d: fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat(9999)).map((p) => p.join('.')),
  s: text.map(quoted),
  b: fc.constantFrom('TRUE', 'false'),
  // A column of the slow way has one kind of literal.
  day: day.map((one) => `DATE ${quoted(one)}`),
  at: time.map((one) => `TIMESTAMP ${quoted(one)}`),
  local: time.map(quoted),
})
const someNull = fc.record(
  Object.fromEntries(
    ['n', 'd', 's', 'b', 'day', 'at', 'local'].map((name) => [name, fc.boolean()]),
  ),
)

test('holds what an INSERT through SQL would have made of the same literals', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _room = await startTables(ctx)
  const columns =
    'n bigint, d double, s string, b boolean, day date, at timestamp, local timestamp_ntz'
  for (const table of ['quick', 'slow']) await run(ctx, `create table ${table} (${columns})`)
  const names = ['n', 'd', 's', 'b', 'day', 'at', 'local'] as const
  const stats = async (table: string) => {
    const log = logAt(ctx, join(ctx.config.dataDir, 'tables/default', table))
    const { files } = await log.update()
    return JSON.parse([...files.entries().values()].at(-1)?.stats ?? '') as unknown
  }
  const rowsOf = async (table: string) =>
    (await queryRows(ctx, { sql: `select * from ${table} order by all` })).rows
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(literals, someNull), { minLength: 1, maxLength: 8 }),
      async (rows) => {
        const lines = rows.map(([row, isNull]) => {
          const cells = names.map((name) => (isNull[name] ? 'NULL' : row[name]))
          return `(${cells.join(', ')})`
        })
        await run(ctx, 'delete from quick')
        await run(ctx, `insert into quick values ${lines.join(', ')}`)
        await run(ctx, `insert overwrite slow select * from (values ${lines.join(', ')})`)
        expect(await stats('quick')).toEqual(await stats('slow'))
        expect(await rowsOf('quick')).toEqual(await rowsOf('slow'))
      },
    ),
    { numRuns: 10 },
  )
})

test('takes a small Parquet file as it is, and leaves the rest to SQL', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _room = await startTables(ctx)
  await run(ctx, 'create table t (id bigint, name string, score double)')
  const path = join(ctx.config.dataDir, 'rows.parquet')
  const send = async (columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData']) => {
    await writeFile(path, new Uint8Array(parquetWriteBuffer({ columnData })))
    return writeTable(ctx, { table: 't', mode: 'append', source: { parquet: path } })
  }
  await send([
    { name: 'NAME', data: ['ä', null], type: 'STRING' },
    { name: 'id', data: [1n, 2n], type: 'INT64' },
  ])
  await send([{ name: 'id', data: [3], type: 'INT32' }])
  expect((await queryRows(ctx, { sql: 'select * from t order by id' })).rows).toEqual([
    [1, 'ä', null],
    [2, null, null],
    [3, null, null],
  ])
  await writeFile(path, 'not Parquet')
  const broken = writeTable(ctx, { table: 't', mode: 'append', source: { parquet: path } })
  await expect(broken).rejects.toThrow(/parquet/i)
})
