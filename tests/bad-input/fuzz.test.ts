import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'
import { listOperations, requestTo, type FuzzRequest, type OpenApi } from './requests.ts'

/** Two minutes where every change is checked, a first look elsewhere. */
const fuzzMs = process.env['CI'] ? 120_000 : 15_000
const batchSize = 400
const firstSeed = 20_261_124
/** Names and ids from answers that later requests are about, newest last. */
const maxLearned = 150
const clients = 8
const timeoutMs = 10_000
/** Answers that an honest server gives although the request was understood. */
const honest = new Set([501, 503, 504])

/** Streams that do not end by themselves. */
const endless = new Set(['/api/millrace/1.0/events/stream'])

async function json<T>(response: Promise<Response>): Promise<T> {
  return (await (await response).json()) as T
}

/** Things that requests can be about, so that they get past "there is no such…". */
async function plant(server: ServerProcess): Promise<string[]> {
  const post = <T>(path: string, body: unknown): Promise<T> =>
    json<T>(
      fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
  const sql = (statement: string) =>
    post('/api/2.0/sql/statements', { statement, warehouse_id: 'default', wait_timeout: '30s' })
  await sql('create table people (id bigint, name string, at timestamp)')
  await sql("insert into people values (1, 'a', timestamp '2026-01-01'), (2, 'b', null)")
  const { run } = await post<{ run: { info: { run_id: string } } }>('/api/2.0/mlflow/runs/create', {
    experiment_id: '0',
  })
  await post('/api/2.0/mlflow/registered-models/create', { name: 'model' })
  await post('/api/2.0/mlflow/model-versions/create', {
    name: 'model',
    source: `mlflow-artifacts:/0/${run.info.run_id}/artifacts/model`,
  })
  const job = await post<{ job_id: number }>('/api/2.2/jobs/create', {
    name: 'job',
    tasks: [{ task_key: 'wait', condition_task: { op: 'EQUAL_TO', left: '1', right: '1' } }],
  })
  const { run_id: jobRun } = await post<{ run_id: number }>('/api/2.2/jobs/run-now', job)
  await post('/api/millrace/1.0/features/views', {
    name: 'view',
    source: 'people',
    keys: ['id'],
    time_column: 'at',
    columns: ['name'],
  })
  const runId = run.info.run_id
  const names =
    'people main.default.people main default id name at model view job wait AUTO Staging count ' +
    '0 1 1d PT1H /Users /Shared/x /Workspace/x.py model:model/1 models:/model/1 people@1'
  return [
    ...names.split(' '),
    runId,
    `run:${runId}`,
    `${job.job_id}`,
    `${jobRun}`,
    'select * from people',
  ]
}

const nameLike = /^(?:name|key|path|alias|.*_(?:id|name|key|token))$/

/** Adds what an answer calls things to `known`, so that later requests reach what earlier ones made. */
function learn(answer: string, known: string[], planted: number): void {
  if (answer.length > 20_000) return
  JSON.parse(answer, (key, value: unknown) => {
    const isName = nameLike.test(key) && ['string', 'number'].includes(typeof value)
    if (isName && String(value).length < 200 && !known.includes(String(value))) {
      known.push(String(value))
    }
    return value
  })
  known.splice(planted, known.length - planted - maxLearned)
}

interface Failure {
  readonly status: number
  readonly request: string
  readonly answer: string
  /** What the server's log says about it. */
  readonly cause: string | undefined
}

async function send(
  server: ServerProcess,
  request: FuzzRequest,
  onAnswer: (answer: string) => void,
): Promise<Failure | undefined> {
  const { method, path, contentType, body } = request
  const response = await fetch(`${server.url}${path}`, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  })
  const answer = await response.text()
  const isFile = response.headers.has('content-disposition')
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  if (response.ok && isJson && !isFile) onAnswer(answer)
  if (response.status < 500 || honest.has(response.status)) return undefined
  const id = response.headers.get('x-request-id') ?? 'none'
  const logged = (): string | undefined =>
    server
      .log()
      .split('\n')
      .find((line) => line.includes(id))
  return {
    status: response.status,
    request: `${method} ${path} ${contentType} ${JSON.stringify(String(body))}`,
    answer,
    cause: await expect.poll(logged).toBeDefined().then(logged),
  }
}

test('no request makes the server fail, whatever is in it', { timeout: 3 * fuzzMs }, async () => {
  await using server = await startServer()
  const openApi = await json<OpenApi>(fetch(`${server.url}/openapi.json`))
  const operations = listOperations(openApi).filter(({ path }) => !endless.has(path))
  expect(operations.length).toBeGreaterThan(200)
  const known = await plant(server)
  const planted = known.length
  const failures: Failure[] = []
  const deadline = Date.now() + fuzzMs
  let seed = firstSeed
  let sent = 0
  let requests: FuzzRequest[] = []
  const next = (): FuzzRequest | undefined => {
    if (Date.now() > deadline || failures.length > 10) return undefined
    if (requests.length === 0) {
      const about = [...known]
      const request = fc.constantFrom(...operations).chain((one) => requestTo(one, about))
      requests = fc.sample(request, { numRuns: batchSize, seed })
      seed += 1
    }
    return requests.pop()
  }
  const onAnswer = (answer: string): void => learn(answer, known, planted)
  const client = async (): Promise<void> => {
    for (let request = next(); request; request = next()) {
      // Twice at once: two of the same must not get into each other's way.
      const copies = request.method === 'GET' ? [request] : [request, request]
      sent += copies.length
      const found = await Promise.all(copies.map((one) => send(server, one, onAnswer)))
      failures.push(...found.filter((failure) => failure !== undefined))
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  expect(failures).toEqual([])
  expect(sent).toBeGreaterThan(operations.length)
  expect(known.length).toBeGreaterThan(planted)
  expect((await fetch(`${server.url}/health`)).status).toBe(200)
  expect(server.log()).not.toMatch(/unhandled|uncaught/i)
})
