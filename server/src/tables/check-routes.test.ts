import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildApp } from '../app.ts'
import { authMigrations } from '../auth/index.ts'
import { testCtx } from '../core/testing.ts'
import { tablesMigrations } from './migrations.ts'
import { queryRows } from './query-service.ts'
import { listTables } from './catalog-service.ts'

async function open() {
  const stack = new AsyncDisposableStack()
  const ctx = stack.use(await testCtx('sqlite', authMigrations, tablesMigrations))
  const app = stack.use(await buildApp(ctx))
  const ingest = async (csv: string, query: Record<string, string> = {}) => {
    const response = await app.inject({
      method: 'POST',
      url: '/api/millrace/1.0/tables/main.churn.t/ingest',
      query,
      headers: { 'content-type': 'text/csv' },
      body: csv,
    })
    return { status: response.statusCode, body: response.json() }
  }
  const rows = async (sql: string) => (await queryRows(ctx, { sql })).rows
  return { app, ctx, ingest, rows, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

test('reads a CSV and finds the types of its columns', async () => {
  await using server = await open()
  const csv = `\ufeffid,code,price,day,seen,ok,"na,me",empty
1,007,1.5,2024-02-29,2024-02-29 10:00:00,true,"a ""b""",
2,011,,2024-03-01,2024-02-29T10:00:00Z,false,"line
break",`
  const answer = await server.ingest(csv)
  expect(answer).toMatchObject({ status: 200, body: { version: 0, rows: 2, staged: false } })
  const { columns, rows } = await queryRows(server.ctx, {
    sql: 'select * from churn.t order by id',
  })
  expect(columns.map((c) => `${c.name} ${c.type}`)).toEqual([
    'id bigint',
    'code string',
    'price double',
    'day date',
    'seen timestamp',
    'ok boolean',
    'na,me string',
    'empty string',
  ])
  expect(rows).toEqual([
    [1, '007', 1.5, '2024-02-29', '2024-02-29T10:00:00Z', true, 'a "b"', null],
    [2, '011', null, '2024-03-01', '2024-02-29T10:00:00Z', false, 'line\nbreak', null],
  ])
})

test.each([
  ['a ragged row', 'id,name\n1,a\n2\n3,c', {}, /row 3: it has fewer fields/],
  ['too many fields', 'id,name\n1,a\n2,b,c\n', {}, /row 3: it has more fields/],
  [
    'a wrong type',
    'id,name\n1,a\nx,b\n1.5,c',
    { schema: 'id BIGINT, name STRING' },
    /row 3, column 'id'.*not bigint.*row 4/,
  ],
  [
    'an unknown column',
    'id,nam\n1,a',
    { schema: 'id BIGINT, name STRING' },
    /unknown column 'nam', column 'name' is missing/,
  ],
  [
    'a duplicate key',
    'id,name\n1,a\n2,b\n1,c',
    { mode: 'merge', keys: 'id' },
    /more than once: row 2 \(1\), row 4 \(1\)/,
  ],
  ['a column twice', 'id,ID\n1,2', {}, /'id' twice/],
  ['a nameless column', 'id,\n1,2', {}, /no name for column 2/],
  [
    'a broken check',
    'id,age\n1,200\n2,30',
    { checks: 'columns: {id: bigint, age: {type: int, max: 120}}' },
    /max of age.*limit 120.*row 2/,
  ],
])(
  'refuses a CSV with %s, names its rows and writes nothing',
  async (...[, csv, query, problem]) => {
    await using server = await open()
    const answer = await server.ingest(csv, query as Record<string, string>)
    expect(answer.status).toBe(400)
    expect(answer.body.message).toMatch(problem)
    expect(await listTables(server.ctx)).toEqual([])
    const files = await readdir(join(server.ctx.config.dataDir), { recursive: true })
    expect(files.filter((name) => /parquet|\.json$/.test(name))).toEqual([])
  },
)

test('appends in the types of the table', async () => {
  await using server = await open()
  await server.ingest('id,note\n1,a', { schema: 'id INT, note STRING' })
  await server.ingest('note,id\n7,2')
  expect(await server.rows('select id, note from churn.t order by id')).toEqual([
    [1, 'a'],
    [2, '7'],
  ])
  const wrong = await server.ingest('id,note\nx,1')
  expect(wrong.body.details).toEqual([
    { row: 2, column: 'id', problem: 'it is not int', value: 'x' },
  ])
  const unknown = await server.ingest('id,extra\n1,1')
  expect(unknown.body.message).toMatch(/unknown column 'extra'/)
})

test('reports every rule with the rows that break it', async () => {
  await using server = await open()
  await server.ingest('id,plan,age,score\n1,Pro,20,1\n2,Trial,,2\n2,Pro,300,')
  const check = async (checks: string, more: Record<string, unknown> = {}) => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/millrace/1.0/tables/checks',
      body: { checks, table: 'churn.t', ...more },
    })
    return { status: response.statusCode, body: response.json() }
  }
  const yaml = `
columns:
  id: {type: bigint, unique: true}
  plan: {type: string, allowed: [Basic, Pro], pattern: '^[A-Z]'}
  age: {type: bigint, nullable: false, min: 0, max: 120}
  score: {max_null_share: 0.5}
  gone: string
extra_columns: forbid
unique: [[id, plan]]
rows: {min: 4}
`
  const { body } = await check(yaml)
  expect(body.passed).toBe(false)
  expect(body.rows).toBe(3)
  const broken = body.rules.filter((rule: { passed: boolean }) => !rule.passed)
  const key = (id: number, plan: string) => ({ id, plan })
  expect(broken).toMatchObject(
    [
      { rule: 'required', column: 'gone', found: false },
      {
        rule: 'unique',
        column: 'id',
        failing_rows: 2,
        examples: [
          { row: 2, value: 2 },
          { row: 3, value: 2 },
        ],
      },
      {
        rule: 'allowed',
        column: 'plan',
        limit: ['Basic', 'Pro'],
        examples: [{ row: 2, value: 'Trial', key: key(2, 'Trial') }],
      },
      { rule: 'not_null', column: 'age', failing_rows: 1, examples: [{ row: 2, value: null }] },
      {
        rule: 'max',
        column: 'age',
        found: 1,
        limit: 120,
        examples: [{ row: 3, value: 300, key: key(2, 'Pro') }],
      },
      { rule: 'min_rows', found: 3, limit: 4 },
    ].toSorted((a, b) => order(broken, a.rule) - order(broken, b.rule)),
  )
  const gate = await check(yaml, { gate: true })
  expect(gate.status).toBe(400)
  expect(gate.body.details).toHaveLength(broken.length)
  const good = await check('columns: {id: bigint}')
  expect(good.body).toMatchObject({ passed: true })
  const both = await check('columns: {}', { sql: 'select 1' })
  expect(both).toMatchObject({ status: 400, body: { message: /either 'table'/ } })
})

function order(rules: readonly { rule: string }[], rule: string): number {
  return rules.findIndex((one) => one.rule === rule)
}

test('reads a file only under an external location', async () => {
  await using server = await open()
  const outside = await mkdtemp(join(tmpdir(), 'millrace-outside-'))
  await using _gone = { [Symbol.asyncDispose]: () => rm(outside, { recursive: true }) }
  await writeFile(join(outside, 'a.csv'), 'id\n1\n')
  const send = (path: string) =>
    server.app.inject({ method: 'POST', url: '/api/millrace/1.0/tables/t/ingest', body: { path } })
  for (const path of [
    join(outside, 'a.csv'),
    '/etc/passwd',
    'a.csv',
    `${server.ctx.config.dataDir}/millrace.db`,
  ]) {
    expect((await send(path)).json()).toMatchObject({ error_code: 'PERMISSION_DENIED' })
  }
})
