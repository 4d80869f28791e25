import { expect, test } from 'vitest'
import { buildApp } from '../app.ts'
import { authMigrations } from '../auth/index.ts'
import { testCtx } from '../core/testing.ts'
import { tablesMigrations } from './migrations.ts'

interface Answer {
  readonly status: { readonly state: string; readonly error?: { readonly message: string } }
  readonly result?: { readonly data_array: (string | null)[][] }
  readonly manifest?: {
    readonly schema: { readonly columns: { name: string; type_text: string }[] }
  }
}

async function open() {
  const stack = new AsyncDisposableStack()
  const ctx = stack.use(await testCtx('sqlite', authMigrations, tablesMigrations))
  const app = stack.use(await buildApp(ctx))
  const sql = async (statement: string, more: Record<string, unknown> = {}): Promise<Answer> => {
    const response = await app.inject({
      method: 'POST',
      url: '/api/2.0/sql/statements',
      body: { statement, warehouse_id: 'default', wait_timeout: '50s', ...more },
    })
    if (response.statusCode !== 200) {
      return { status: { state: String(response.statusCode), error: response.json() } }
    }
    return response.json()
  }
  const rows = async (statement: string, more?: Record<string, unknown>) => {
    const answer = await sql(statement, more)
    if (answer.status.state !== 'SUCCEEDED') throw new Error(answer.status.error?.message)
    return answer.result?.data_array ?? []
  }
  return { app, ctx, sql, rows, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

test('creates, inserts, updates, deletes, merges and tells what happened', async () => {
  await using server = await open()
  const { rows } = server
  await rows(
    'CREATE TABLE default.t (id INT NOT NULL, name STRING, price DECIMAL(10,2)) USING DELTA',
  )
  expect(
    await rows("INSERT INTO default.t VALUES (1, 'a', 1.5), (2, 'b', 2), (3, 'c', 3)"),
  ).toEqual([['3', '3']])
  expect(
    await rows('UPDATE default.t AS x SET price = x.price * 2, name = upper(name) WHERE x.id >= 2'),
  ).toEqual([['2']])
  expect(await rows('DELETE FROM t WHERE id = 1')).toEqual([['1']])
  expect(await rows('SELECT * FROM main.default.t ORDER BY id')).toEqual([
    ['2', 'B', '4.00'],
    ['3', 'C', '6.00'],
  ])
  const merged =
    await rows(`MERGE INTO t USING (SELECT * FROM (VALUES (2, 'two'), (9, 'nine')) v(id, name)) AS s ON t.id = s.id
    WHEN MATCHED AND s.name = 'none' THEN DELETE
    WHEN MATCHED THEN UPDATE SET name = s.name
    WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)
    WHEN NOT MATCHED BY SOURCE THEN DELETE`)
  expect(merged).toEqual([['3', '1', '1', '1']])
  expect(await rows('SELECT * FROM t ORDER BY id')).toEqual([
    ['2', 'two', '4.00'],
    ['9', 'nine', null],
  ])
  const history = await rows('DESCRIBE HISTORY t')
  expect(history.map((row) => [row[0], row[3]])).toEqual([
    ['4', 'MERGE'],
    ['3', 'DELETE'],
    ['2', 'UPDATE'],
    ['1', 'WRITE'],
    ['0', 'CREATE TABLE'],
  ])
  expect(await rows('SELECT count(*) FROM t VERSION AS OF 1')).toEqual([['3']])
  await rows('RESTORE TABLE t TO VERSION AS OF 1')
  expect(await rows('SELECT count(*) FROM t')).toEqual([['3']])
  expect(await rows('SHOW TABLES IN default')).toEqual([['default', 't', 'false']])
})

test('formats every type exactly', async () => {
  await using server = await open()
  await server.rows(`CREATE TABLE types AS SELECT 9223372036854775807 AS big, 0.000000000000000001::decimal(38,18) AS tiny,
    'nan'::double AS nan, -0.0::double AS zero, 1::double AS one, 0.1::float AS f, true AS flag, DATE '2024-02-29' AS day,
    TIMESTAMPTZ '2024-02-29 23:59:59.999999+00' AS at, TIMESTAMP '2024-02-29 12:00:00' AS local, 'ab'::blob AS bytes,
    [1, NULL] AS list, MAP {'k': 1} AS dict, {'a': 1, 'b': 'x"y'} AS obj, NULL::varchar AS nothing`)
  const answer = await server.sql('SELECT * FROM types')
  expect(answer.result?.data_array).toEqual([
    [
      '9223372036854775807',
      '0.000000000000000001',
      'NaN',
      '-0.0',
      '1.0',
      '0.1',
      'true',
      '2024-02-29',
      '2024-02-29T23:59:59.999999Z',
      '2024-02-29T12:00:00',
      'YWI=',
      '[1,null]',
      '{"k":1}',
      '{"a":1,"b":"x\\"y"}',
      null,
    ],
  ])
  expect(answer.manifest?.schema.columns.map((c) => c.type_text)).toEqual([
    'bigint',
    'decimal(38,18)',
    'double',
    'double',
    'double',
    'float',
    'boolean',
    'date',
    'timestamp',
    'timestamp_ntz',
    'binary',
    'array<int>',
    'map<string,int>',
    'struct<a:int,b:string>',
    'string',
  ])
})

test('binds parameters as values, never as SQL', async () => {
  await using server = await open()
  const parameters = [
    { name: 'a', value: "x' OR 1=1 --" },
    { name: 'n', value: '41', type: 'INT' },
  ]
  expect(await server.rows('SELECT :a, :n + 1', { parameters })).toEqual([["x' OR 1=1 --", '42']])
})

test.each([
  ['SELECT * FROM nowhere', /nowhere.*does not exist/],
  ["SELECT * FROM read_csv('/etc/passwd')", /read_csv.*not supported/],
  ["SELECT * FROM '/etc/passwd'", /not a table name|does not exist/],
  ["COPY t TO '/tmp/x'", /COPY.*not supported/],
  ["ATTACH '/tmp/x.db'", /ATTACH.*not supported/],
  ['SET threads = 9', /SET.*not supported/],
  ['PRAGMA version', /PRAGMA.*not supported/],
  ['INSTALL httpfs', /INSTALL.*not supported/],
  ['SELECT 1; SELECT 2', /One statement|syntax/],
  ['GRANT SELECT ON t TO x', /GRANT SELECT is not supported/],
  ["SELECT current_setting('temp_directory')", /current_setting.*not supported/],
  ["SELECT 'open", /never closed/],
  ['', /./],
  ["CREATE TABLE x (a INT) LOCATION '/etc/x'", /outside/],
  ['CREATE TABLE x (a WIBBLE)', /WIBBLE/],
])('refuses %s by name', async (statement, message) => {
  await using server = await open()
  const answer = await server.sql(statement)
  expect(['FAILED', '400', '403', '404']).toContain(answer.status.state)
  expect(answer.status.error?.message).toMatch(message)
})

test('leaves no file behind when a constraint refuses rows', async () => {
  await using server = await open()
  await server.rows('CREATE TABLE t (a INT NOT NULL)')
  await server.rows('INSERT INTO t VALUES (1)')
  await server.rows('ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0)')
  const before = await listFiles(server.ctx.config.dataDir)
  for (const bad of ['(NULL)', '(-1)', '(2), (-2)', "('x')"]) {
    const answer = await server.sql(`INSERT INTO t VALUES ${bad}`)
    expect(answer.status.state).toBe('FAILED')
  }
  const update = await server.sql('UPDATE t SET a = -5')
  expect(update.status.error?.message).toMatch(/CHECK constraint positive/)
  expect(await listFiles(server.ctx.config.dataDir)).toEqual(before)
})

async function listFiles(folder: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises')
  const names = await readdir(`${folder}/tables`, { recursive: true })
  return names.toSorted()
}

test('hands a long answer out in chunks and stops one that is not waited for', async () => {
  await using server = await open()
  const long = "SELECT i, repeat('x', 100) FROM range(100000) t(i)"
  const answer = await server.sql(long)
  const { manifest, statement_id: id } = answer as unknown as {
    manifest: { total_chunk_count: number; total_row_count: number }
    statement_id: string
  }
  expect(manifest.total_row_count).toBe(100_000)
  expect(manifest.total_chunk_count).toBeGreaterThan(1)
  const last = manifest.total_chunk_count - 1
  const url = `/api/2.0/sql/statements/${id}/result/chunks/${last}`
  const chunk = (await server.app.inject({ method: 'GET', url })).json()
  expect(chunk.data_array.at(-1)[0]).toBe('99999')
  expect(chunk.next_chunk_index).toBeUndefined()
  const slow = 'SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3'
  const running = (await server.sql(slow, { wait_timeout: '0s' })) as unknown as {
    statement_id: string
  }
  const get = async () =>
    (
      await server.app.inject({
        method: 'GET',
        url: `/api/2.0/sql/statements/${running.statement_id}`,
      })
    ).json()
  await expect.poll(async () => (await get()).status.state).toBe('RUNNING')
  await server.app.inject({
    method: 'POST',
    url: `/api/2.0/sql/statements/${running.statement_id}/cancel`,
  })
  await expect.poll(async () => (await get()).status.state).toBe('CANCELED')
})
