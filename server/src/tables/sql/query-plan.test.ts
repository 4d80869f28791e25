import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Engine } from '../duck/engine.ts'
import { planQuery } from './query-plan.ts'

let engine: Engine
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-plan-'))
  engine = new Engine({ allowed: [folder], scratch: join(folder, 'scratch') })
})

afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function plan(sql: string) {
  const asked: string[] = []
  const planned = await planQuery(
    engine,
    { sql, parameters: new Map() },
    async (reference, travel) => {
      const name = reference.parts.join('.')
      asked.push(travel ? `${name}@${travel.unit} ${travel.value}` : name)
      return { key: asked.at(-1) ?? '', sql: 'select 1 as id, 2 as v' }
    },
  )
  await engine.session(async (session) => {
    for (const view of planned.views) {
      await session.run(`create temp view ${view.name} as ${view.sql}`)
    }
    await session.rows(planned.sql)
  })
  return asked
}

test.each([
  ['select * from t', ['t']],
  ['select t.id from default.t', ['default.t']],
  ['select default.t.id, main.default.t.v from main.default.t', ['main.default.t']],
  ['select x.id from `default`.`t` x', ['default.t']],
  ['from t', ['t']],
  ['with t as (select 1 as id) select * from t', []],
  [
    'with a as (select * from t), b as (select * from a) select * from b join t using (id)',
    ['t', 't'],
  ],
  ['with a as (select * from a) select * from a', ['a']],
  [
    'with recursive r as (select 1 as id union all select id + 1 from r where id < 3) select * from r',
    [],
  ],
  ['select * from t where id in (select id from u) and exists (from w)', ['t', 'u', 'w']],
  ['select (select max(id) from u) from t', ['t', 'u']],
  ['select * from t version as of 3', ['t@version 3']],
  ["select * from t version as of '3' x join t y on x.id = y.id", ['t@version 3', 't']],
  ["select * from t timestamp as of '2024-01-01' as x", ['t@timestamp 2024-01-01']],
  ["select * from t for timestamp as of timestamp '2024-01-01'", ['t@timestamp 2024-01-01']],
  ["select 'version as of 3', 'ä', \"id\" -- default.x\n from /* default.y */ t", ['t']],
  ["select 'größe' as g, t.id, ä.id from t join default.u ä using (id)", ['t', 'default.u']],
  ['select * from t union all select * from t version as of 1', ['t', 't@version 1']],
  ['select * from range(3) r(i), unnest([1]) u(x)', []],
  ['select * from (describe t)', ['t']],
  ['select t.* from t left join lateral (select t.id + 1 as n) l on true', ['t']],
  ['select id, count(*) over (order by v) from t qualify 1 = 1', ['t']],
  ['values (1), (2)', []],
])('finds the tables of: %s', async (sql, tables) => {
  expect((await plan(sql)).toSorted()).toEqual(tables.toSorted())
})

test.each([
  ["select * from read_parquet('/etc/x')", /read_parquet/],
  ["select * from glob('*')", /glob/],
  ["select * from query('select 1')", /query/],
  ['select * from duckdb_settings()', /duckdb_settings/],
  ["select getenv('HOME')", /getenv/],
  ['select 1; select 2', /One statement/],
  ['insert into t values (1)', /./],
  ['select * from', /syntax/],
  ['with a as (select 1) select * from a version as of 2', /stand behind the name of a table/],
  ['select * from t at (version => 3)', /VERSION AS OF/],
  ['select * from t version as of x', /written out/],
  ["select 'open", /never closed/],
])('refuses: %s', async (sql, problem) => {
  await expect(plan(sql)).rejects.toThrow(problem)
})
