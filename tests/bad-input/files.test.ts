import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'
import { apiOf, type Api } from './api.ts'

let server: ServerProcess
let api: Api
beforeAll(async () => {
  server = await startServer()
  api = apiOf(server)
  await api.sql('create table people (id bigint, name string)')
  await api.sql("insert into people values (1, 'a')")
})
afterAll(() => server[Symbol.asyncDispose]())

async function everything(): Promise<unknown> {
  const folder = async (name: string) => {
    const entries = await readdir(join(server.dataDir, name), { recursive: true }).catch(() => [])
    return entries.filter((entry) => entry !== 'tables').toSorted((a, b) => a.localeCompare(b))
  }
  const { status, body } = await api.call('GET', '/api/millrace/1.0/tables')
  return [status, body, await folder('tables'), await folder('scratch')]
}

const checks = `
extra_columns: forbid
columns:
  id: { type: bigint, unique: true, min: 1 }
  name: { type: string, nullable: false }
`

interface Ask {
  readonly mode?: string
  readonly keys?: string
  readonly checks?: string
}

function ingest(file: string | Buffer, ask: Ask = {}): Promise<unknown> {
  const query = new URLSearchParams({ mode: 'append', format: 'csv', ...ask })
  return api.upload('POST', `/api/millrace/1.0/tables/people/ingest?${query.toString()}`, file)
}

const big = '99999999999999999999999'

const brokenFiles: readonly (readonly [string, string | Buffer, Ask, RegExp])[] = [
  [
    'a ragged row',
    'id,name\n2,b\n3\n4,d,e\n',
    {},
    /row 3: it has fewer fields than the 2 of the header; row 4: it has more/,
  ],
  ['another encoding', Buffer.from('id,name\n2,M\xfcller\n', 'latin1'), {}, /UTF-8|utf-8/],
  ['an unclosed quote', 'id,name\n2,"b\n3,c\n', {}, /quote/],
  ['an unknown column', 'id,name,age\n2,b,3\n', { checks }, /age/],
  ['a missing column', 'id\n2\n', { checks }, /name/],
  [
    'a wrong type',
    'id,name\n2,b\nthree,c\n',
    {},
    /row 3, column 'id': it is not bigint \("three"\)/,
  ],
  ['a number that is too big', `id,name\n${big},b\n`, {}, new RegExp(`row 2, column 'id'.*${big}`)],
  [
    'a key twice',
    'id,name\n2,b\n2,c\n',
    { mode: 'merge', keys: 'id' },
    /the key id is there more than once: row 2 \(2\), row 3 \(2\)/,
  ],
  [
    'a row that breaks its rules',
    'id,name\n0,b\n2,\n',
    { checks },
    /nothing was written\. min of id: .*row 2.*not_null of name: .*row 3/,
  ],
  ['nothing', '', {}, /header has no name/],
  ['no CSV', Buffer.from([0, 1, 2, 255, 254, 0, 10, 0]), {}, /./],
]

test.each(brokenFiles.map(([name, file, ask, says]) => ({ name, file, ask, says })))(
  'a file with $name is refused with its place, and the table stays',
  async ({ file, ask, says }) => {
    const before = await everything()
    const answer = await ingest(file, ask)
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(says) } })
    expect(JSON.stringify(answer)).not.toContain(server.dataDir)
    expect(await everything()).toEqual(before)
  },
)

test.each([
  ['unknown column', 'select age from people', /age/],
  ['unknown table', 'select * from persons', /'main\.default\.persons' does not exist/],
  ['wrong type', "insert into people values ('x', 'y')", /'?x'?/],
  ['wrong number of values', 'insert into people values (1)', /./],
  ['typo', 'selct * from people', /SELCT is not supported/],
])('SQL with an %s fails with its name, and the table stays', async (_what, statement, says) => {
  const before = await everything()
  const { status } = await api.sql(statement)
  expect(status.state).toBe('FAILED')
  expect(status.error?.message).toMatch(says)
  expect(status.error?.error_code).not.toBe('INTERNAL_ERROR')
  expect(await everything()).toEqual(before)
})

test('checks that cannot be read are named with line and column', async () => {
  const answer = await ingest('id,name\n2,b\n', { checks: 'columns:\n  id: { typo: bigint }\n' })
  expect(answer).toMatchObject({
    status: 400,
    body: { message: expect.stringMatching(/line 2, column \d+: .*typo/s) },
  })
})

test('a promotion contract that cannot be read is named with line and column', async () => {
  const put = (contract: string) =>
    api.call('PUT', '/api/millrace/1.0/gates/contracts/churn', { contract })
  const syntax = await put('model: churn\nthresholds: [\n')
  expect(syntax).toMatchObject({ status: 400 })
  expect(syntax.body['message']).toMatch(/^promotion\.yaml:\d+:\d+: /)
  const field = await put('model: churn\nstage: Production\ntreshholds: []\n')
  expect(field.body['message']).toMatch(/promotion\.yaml:3:1: .*treshholds/s)
  expect((await api.call('GET', '/api/millrace/1.0/gates/contracts/churn')).status).toBe(404)
})

test('a model that is not there is named wherever it is asked for', async () => {
  const asks = [
    ['GET', '/api/2.0/mlflow/registered-models/get?name=ghost', undefined],
    ['GET', '/api/2.0/mlflow/model-versions/get?name=ghost&version=1', undefined],
    ['POST', '/api/millrace/1.0/gates/evaluations', { model: 'ghost', version: 1 }],
    ['POST', '/serving-endpoints/ghost/invocations', { dataframe_records: [] }],
    [
      'POST',
      '/api/2.0/serving-endpoints',
      { name: 'e', config: { served_entities: [{ entity_name: 'ghost', entity_version: '1' }] } },
    ],
    ['GET', '/api/millrace/1.0/provenance/why?node=model:ghost/1', undefined],
  ] as const
  for (const [method, path, body] of asks) {
    const answer = await api.call(method, path, body)
    expect([path, answer.status, answer.body['message']]).toEqual([
      path,
      404,
      expect.stringContaining('ghost'),
    ])
  }
  const { endpoints } = await api.get<{ endpoints?: unknown[] }>('/api/2.0/serving-endpoints')
  expect(endpoints ?? []).toEqual([])
})

test('a field of a job that we do not know is refused by name', async () => {
  const python = { python_file: '/Shared/x.py' }
  const jobs = [
    [{ name: 'j', tsks: [] }, 'tsks'],
    [{ name: 'j', tasks: [{ task_key: 'a', spark_python_task: python, retires: 1 }] }, 'retires'],
    [
      {
        name: 'j',
        tasks: [{ task_key: 'a', depends_on: [{ task_key: 'b' }], spark_python_task: python }],
      },
      'b',
    ],
    [{ name: 'j', schedule: { quartz_cron_expression: '0 0 25 * * ?', timezone_id: 'UTC' } }, '25'],
  ] as const
  for (const [job, named] of jobs) {
    const answer = await api.call('POST', '/api/2.2/jobs/create', job)
    expect([answer.status, answer.body['message']]).toEqual([400, expect.stringContaining(named)])
  }
  expect(await api.get('/api/2.2/jobs/list')).toMatchObject({ has_more: false })
})
