import { connect } from 'node:net'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

interface Sent {
  readonly method?: string
  readonly type?: string
  readonly body?: string | Uint8Array<ArrayBuffer>
}

interface Failure {
  readonly error_code: string
  readonly message: string
}

async function send(
  path: string,
  { method = 'POST', type, body }: Sent,
): Promise<[number, Failure]> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'content-type': type ?? 'application/json' },
    ...(body === undefined ? {} : { body }),
  })
  return [response.status, (await response.json()) as Failure]
}

/** Sends the same eight times at once: one may win, the others are told so; none fails. */
async function sendAtOnce(path: string, body: unknown): Promise<number[]> {
  const answers = Array.from({ length: 8 }, () => send(path, { body: JSON.stringify(body) }))
  return (await Promise.all(answers)).map(([status]) => status)
}

const create = '/api/2.0/mlflow/experiments/create'

test('an unknown path, a wrong method and a misspelt path are named', async () => {
  expect(await send('/api/2.0/mlflow/experiment/create', { body: '{}' })).toEqual([
    404,
    {
      error_code: 'ENDPOINT_NOT_FOUND',
      message: "No API found for 'POST /api/2.0/mlflow/experiment/create'",
    },
  ])
  const [status] = await send('/api/2.2/jobs/create', { method: 'PUT', body: '{}' })
  expect(status).toBe(404)
})

test.each([
  ['half a JSON', '{"name": "a"', 'application/json'],
  ['two values', '{"name": "a"} {}', 'application/json'],
  ['nothing', '', 'application/json'],
  ['a list', '["a"]', 'application/json'],
  [
    'bytes that are no UTF-8',
    new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
    'application/json',
  ],
  ['text that says it is JSON', 'name=a', 'application/json'],
  ['a prototype', '{"__proto__": {"name": "a"}}', 'application/json'],
  ['another type', '<name>a</name>', 'application/xml'],
  ['a form', 'name=a', 'application/x-www-form-urlencoded'],
  [
    'an unfinished multipart form',
    '--x\r\nContent-Disposition: form',
    'multipart/form-data; boundary=x',
  ],
])('%s as a body is refused', async (_what, body, type) => {
  for (const path of [create, '/api/2.2/jobs/create', '/api/2.0/workspace/mkdirs']) {
    const [status, answer] = await send(path, { body, type })
    expect([path, status]).toEqual([path, status >= 400 && status < 500 ? status : '4xx'])
    expect(answer.message).not.toBe('')
  }
})

test('a body of 100 MB is refused with the limit, and nothing of it stays', async () => {
  const [status, answer] = await send(create, { body: Buffer.alloc(100 * 1024 * 1024, ' ') })
  expect([status, answer.message]).toEqual([
    413,
    'The request body is larger than the limit of 67108864 bytes',
  ])
})

test('a header and a path that are too long are refused', async () => {
  const long = await fetch(`${server.url}/api/2.2/jobs/get?job_id=${'1'.repeat(50_000)}`)
  expect(long.status).toBe(431)
  const name = await fetch(`${server.url}/api/2.0/serving-endpoints/${'n'.repeat(5000)}`)
  expect(name.status).toBe(404)
})

async function sendHalf(path: string): Promise<void> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const head = [
    `PUT ${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Content-Type: application/octet-stream',
    'Content-Length: 1000000',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${'x'.repeat(1000)}`)
  // The server has begun to read when something of the upload is on its disk.
  await expect.poll(() => partialFiles()).not.toEqual([])
  socket.destroy()
}

async function partialFiles(): Promise<string[]> {
  const folders = [join(server.dataDir, 'artifacts', '.partial'), join(server.dataDir, 'scratch')]
  const found = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])))
  return found.flat()
}

test('an upload that breaks off leaves no file', async () => {
  await sendHalf('/api/2.0/mlflow-artifacts/artifacts/0/half.bin')
  await expect.poll(() => partialFiles()).toEqual([])
  const after = await fetch(`${server.url}/api/2.0/mlflow-artifacts/artifacts/0/half.bin`)
  expect(after.status).toBe(404)
})

test('the same call many times at once fails for nobody', async () => {
  const source = 'mlflow-artifacts:/0/none/artifacts/model'
  const tasks = [{ task_key: 'a', condition_task: { op: 'EQUAL_TO', left: '1', right: '1' } }]
  const sql = 'create table people as select 1 as id, now() as at'
  const calls: readonly (readonly [string, unknown])[] = [
    [create, { name: 'at-once' }],
    ['/api/2.0/mlflow/registered-models/create', { name: 'at-once' }],
    ['/api/2.0/mlflow/model-versions/create', { name: 'at-once', source }],
    ['/api/2.0/mlflow/registered-models/alias', { name: 'at-once', alias: 'a', version: '1' }],
    [
      '/api/2.0/mlflow/transition-requests/create',
      { name: 'at-once', version: '1', stage: 'Production' },
    ],
    ['/api/2.0/sql/statements', { statement: sql, warehouse_id: 'default', wait_timeout: '30s' }],
    ['/api/2.1/unity-catalog/schemas', { name: 'at_once', catalog_name: 'main' }],
    ['/api/2.2/jobs/runs/submit', { idempotency_token: 'at-once', tasks }],
    ['/api/2.0/workspace/mkdirs', { path: '/Shared/at/once' }],
    ['/api/2.0/workspace/import', { path: '/Shared/a.py', content: '', format: 'AUTO' }],
    [
      '/api/millrace/1.0/features/views',
      { name: 'at_once', source: 'people', keys: ['id'], time_column: 'at' },
    ],
    ['/api/millrace/1.0/monitors', { name: 'at_once', table: 'people', baseline: 'people' }],
    ['/api/2.0/serving-endpoints', { name: 'at-once', config: { served_entities: [] } }],
  ]
  for (const [path, body] of calls) {
    const statuses = await sendAtOnce(path, body)
    expect([path, statuses.filter((status) => status >= 500)]).toEqual([path, []])
  }
  expect(server.log()).not.toContain('"level":50')
})

test('bytes that are no HTTP are answered and the server goes on', async () => {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  socket.end('\u0000\u0001 nonsense\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400/)
  expect((await fetch(`${server.url}/health`)).status).toBe(200)
  expect(server.log()).toBe(`Millrace is ready at ${server.url}\n`)
})
