import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startServer, type ServerProcess } from '../support/server.ts'
import { secret, startReceiver, type Receiver } from './receiver.ts'

const settings = {
  MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http',
  MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
}
const args = ['--allow-private', '127.0.0.1']

type Json = Record<string, unknown>

/** A GET, or a POST of `body`. */
async function call(server: ServerProcess, path: string, body?: Json): Promise<Json> {
  const sent = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const response = await fetch(server.url + path, body ? sent : {})
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return JSON.parse(text) as Json
}

async function createModel(server: ServerProcess, name = 'churn'): Promise<void> {
  await call(server, '/api/2.0/mlflow/registered-models/create', { name })
}

async function createVersion(server: ServerProcess, name = 'churn'): Promise<string> {
  const source = 'mlflow-artifacts:/model'
  const path = '/api/2.0/mlflow/model-versions/create'
  const made = await call(server, path, { name, source })
  return String((made['model_version'] as Json)['version'])
}

async function subscribe(
  server: ServerProcess,
  dialect: 'mlflow' | 'databricks',
  url: string,
): Promise<string> {
  const path = `/api/2.0/mlflow/${dialect === 'mlflow' ? 'webhooks' : 'registry-webhooks/create'}`
  const body =
    dialect === 'mlflow'
      ? { name: 'tell', url, secret, events: [{ entity: 'MODEL_VERSION', action: 'CREATED' }] }
      : { events: ['MODEL_VERSION_CREATED'], http_url_spec: { url, secret } }
  const { webhook } = await call(server, path, body)
  const { id, webhook_id: webhookId } = webhook as Json
  return String(id ?? webhookId)
}

interface Delivery {
  readonly id: string
  readonly state: string
  readonly tries: number
  readonly last_status: number | null
  readonly last_outcome: string | null
}

async function deliveries(server: ServerProcess, webhook: string): Promise<Delivery[]> {
  const path = `/api/millrace/1.0/webhooks/${webhook}/deliveries?limit=500`
  return (await call(server, path))['deliveries'] as Delivery[]
}

function versionOf(body: Json): string {
  return String(body['version'] ?? (body['data'] as Json)['version'])
}

/** Which ids told of each version. */
function idsByVersion(receiver: Receiver, path: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const one of receiver.calls) {
    if (one.path !== path) continue
    const version = versionOf(one.body)
    found.set(version, (found.get(version) ?? new Set()).add(one.id))
  }
  return found
}

test('killed between commit and POST, and in the middle of a POST, it tells of every version under one id', async () => {
  await using server = await startServer({ args, env: settings })
  let hangs = false
  await using receiver = await startReceiver((_, response) => {
    if (!hangs) response.end('thanks')
  })
  await createModel(server)
  const webhooks = {
    '/mlflow': await subscribe(server, 'mlflow', `${receiver.url}/mlflow`),
    '/databricks': await subscribe(server, 'databricks', `${receiver.url}/databricks`),
  }
  const versions: string[] = []
  for (let round = 0; round < 6; round++) {
    // Down, hanging, and killed at once: the commit is there, the POST was not or not wholly.
    if (round % 3 === 1) await receiver.stop()
    hangs = round % 3 === 2
    const before = receiver.calls.length
    for (let i = 0; i < 3; i++) versions.push(await createVersion(server))
    const seen = hangs ? before + 1 : before
    await expect.poll(() => receiver.calls.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(seen)
    await server.kill()
    hangs = false
    if (round % 3 === 1) await receiver.start()
    await server.restart()
  }
  for (const [path, webhook] of Object.entries(webhooks)) {
    await expect
      .poll(async () => (await deliveries(server, webhook)).map((one) => one.state), {
        timeout: 60_000,
        interval: 500,
      })
      .toEqual(versions.map(() => 'DELIVERED'))
    const told = idsByVersion(receiver, path)
    expect([...told.keys()].toSorted((a, b) => Number(a) - Number(b))).toEqual(versions)
    expect([...told.values()].map((ids) => ids.size)).toEqual(versions.map(() => 1))
    const logged = (await deliveries(server, webhook)).map((one) => one.id)
    expect(new Set([...told.values()].flatMap((ids) => [...ids]))).toEqual(new Set(logged))
  }
  expect(receiver.calls.filter((one) => !one.isSigned)).toEqual([])
})

test('tries again later and later, gives up after the asked number of tries, and sends again when told', async () => {
  const env = { ...settings, MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES: '2' }
  await using server = await startServer({ args, env })
  let status = 500
  await using receiver = await startReceiver((_, response) => response.writeHead(status).end('no'))
  await createModel(server)
  const webhook = await subscribe(server, 'databricks', `${receiver.url}/hook`)
  await createVersion(server)
  const log = async () =>
    (await deliveries(server, webhook)).map((one) => [one.state, one.tries, one.last_status])
  await expect.poll(log, { timeout: 20_000 }).toEqual([['FAILED', 3, 500]])
  const [first = 0, second = 0, third = 0] = receiver.calls.map((one) => one.at)
  expect(second - first).toBeGreaterThan(900)
  expect(third - second).toBeGreaterThan(1800)
  expect(new Set(receiver.calls.map((one) => one.id)).size).toBe(1)
  status = 200
  const [failed] = await deliveries(server, webhook)
  const path = `/api/millrace/1.0/webhooks/databricks/${webhook}/deliveries/${failed?.id}/redeliver`
  await call(server, path, {})
  await expect.poll(log, { timeout: 10_000 }).toEqual([['DELIVERED', 1, 200]])
  expect(receiver.calls.map((one) => one.id)).toEqual(Array(4).fill(failed?.id))
})

test('a job webhook starts one run for each event, whatever is killed when', async () => {
  await using server = await startServer()
  await createModel(server)
  const job = await call(server, '/api/2.2/jobs/create', {
    name: 'validate',
    max_concurrent_runs: 100,
    parameters: [{ name: 'event_message', default: '' }],
    tasks: [
      {
        task_key: 'said',
        condition_task: { op: 'NOT_EQUAL', left: '{{job.parameters.event_message}}', right: '' },
      },
    ],
  })
  const jobId = String(job['job_id'])
  await call(server, '/api/2.0/mlflow/registry-webhooks/create', {
    events: ['MODEL_VERSION_CREATED'],
    job_spec: { job_id: jobId },
  })
  const versions: string[] = []
  for (let round = 0; round < 6; round++) {
    versions.push(await createVersion(server), await createVersion(server))
    await delay(40 * round * Math.random())
    await server.restart()
  }
  const messages = async () => {
    const path = `/api/2.2/jobs/runs/list?job_id=${jobId}&limit=25&expand_tasks=false`
    const { runs = [] } = (await call(server, path)) as { runs?: Json[] }
    return runs
      .map((run) => {
        const [parameter] = run['job_parameters'] as { value: string }[]
        return versionOf(JSON.parse(parameter?.value ?? '{}') as Json)
      })
      .toSorted((a, b) => Number(a) - Number(b))
  }
  await expect.poll(messages, { timeout: 60_000, interval: 300 }).toEqual(versions)
})

test('a host that does not resolve yet may be registered; a private one only where it is allowed', async () => {
  await using open = await startServer({ env: settings })
  await createModel(open)
  const url = 'http://webhooks.not-yet.invalid/hook'
  const webhook = await subscribe(open, 'mlflow', url)
  await createVersion(open)
  await expect
    .poll(
      async () => (await deliveries(open, webhook)).map((one) => [one.state, one.last_outcome]),
      {
        timeout: 15_000,
      },
    )
    .toEqual([['PENDING', expect.stringMatching(/ENOTFOUND|EAI_AGAIN/)]])
  await expect(subscribe(open, 'databricks', 'http://10.0.0.1/x')).rejects.toThrow(/400 .*scheme/)
  await expect(subscribe(open, 'databricks', 'https://10.0.0.1/x')).rejects.toThrow(
    /private address/,
  )
  await using strict = await startServer()
  await expect(subscribe(strict, 'mlflow', url)).rejects.toThrow(/400 .*https/)
  await expect(subscribe(strict, 'mlflow', 'https://127.0.0.1/x')).rejects.toThrow(
    /private address/,
  )
  const bad = startServer({ env: { MLFLOW_WEBHOOK_REQUEST_TIMEOUT: 'soon' } })
  await expect(bad).rejects.toThrow(/MLFLOW_WEBHOOK_REQUEST_TIMEOUT/)
})
