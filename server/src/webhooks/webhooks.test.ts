import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  appendEvent,
  inTransaction,
  type Ctx,
  type NewEvent,
  type EventType,
} from '../core/index.ts'
import { testCtx, testDialects } from '../core/testing.ts'
import { startWebhooks } from './background.ts'
import { listDeliveries } from './delivery-store.ts'
import { redeliver, sendTest } from './delivery-service.ts'
import { webhooksMigrations } from './migrations.ts'
import { changeSubscription, createSubscription, getSubscription } from './subscription-service.ts'
import { DialectName, SubscriptionStatus, type Subscription } from './types.ts'

interface Received {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A real receiver that answers with the given statuses in turn, then 200. */
async function startReceiver(
  statuses: number[] = [],
): Promise<AsyncDisposable & { url: string; received: Received[] }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(statuses.shift() ?? 200).end('thanks')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function reaching(ctx: Ctx): Ctx {
  return { ...ctx, config: { ...ctx.config, allowPrivate: ['127.0.0.1'] } }
}

function hook(ctx: Ctx, url: string, over: Partial<Subscription> = {}): Promise<Subscription> {
  return createSubscription(ctx, {
    dialect: DialectName.Databricks,
    name: '',
    description: '',
    status: SubscriptionStatus.Active,
    modelName: undefined,
    events: ['MODEL_VERSION_CREATED'],
    target: { kind: 'http', url, verifyTls: true },
    secrets: { secret: 's3cret' },
    ...over,
  })
}

async function emit(ctx: Ctx, type: string, payload: Record<string, unknown>): Promise<void> {
  const event = { type, subject: 'model:churn/3', payload } as unknown as NewEvent<EventType>
  await inTransaction(ctx, (tx) => appendEvent(tx, event))
}

const created = { name: 'churn', version: 3, run_id: 'r1', source: 'models:/m-1', description: '' }

describe.each(testDialects)('webhooks on %s', (dialect) => {
  test('posts a version event signed, once, and logs the delivery', async () => {
    await using base = await testCtx(dialect, webhooksMigrations)
    const ctx = reaching(base)
    await using receiver = await startReceiver()
    const subscription = await hook(ctx, receiver.url)
    await using _running = await startWebhooks(ctx)
    await emit(ctx, 'registry.version_created', created)
    await expect.poll(() => receiver.received.length, { timeout: 5000 }).toBe(1)
    const [got] = receiver.received
    expect(JSON.parse(got?.body ?? '')).toMatchObject({
      event: 'MODEL_VERSION_CREATED',
      model_name: 'churn',
      version: '3',
      text: "Registered model 'churn' version 3 created.",
    })
    const signature = createHmac('sha256', 's3cret')
      .update(got?.body ?? '')
      .digest('hex')
    expect(got?.headers['x-databricks-signature']).toBe(signature)
    const page = { subscriptionId: subscription.id, limit: 10 }
    await expect
      .poll(async () => (await listDeliveries(ctx.db, page)).map((d) => [d.state, d.lastStatus]))
      .toEqual([['DELIVERED', 200]])
  })

  test('keeps what was committed before it started, and tries a failing receiver again', async () => {
    await using base = await testCtx(dialect, webhooksMigrations)
    const ctx = reaching(base)
    await using receiver = await startReceiver([503])
    await hook(ctx, receiver.url)
    const first = await startWebhooks(ctx)
    await emit(ctx, 'registry.version_created', created)
    await first[Symbol.asyncDispose]()
    await emit(ctx, 'registry.version_created', { ...created, version: 4 })
    base.advance(10_000)
    await using _again = await startWebhooks(ctx)
    await expect
      .poll(
        () => {
          base.advance(5_000)
          ctx.events.wake()
          return receiver.received.map((r) => JSON.parse(r.body).version)
        },
        { timeout: 8000 },
      )
      .toEqual(expect.arrayContaining(['3', '4']))
  })
})

test('gives up on a receiver that refuses, and delivers when asked again', async () => {
  await using base = await testCtx('sqlite', webhooksMigrations)
  const ctx = reaching(base)
  await using receiver = await startReceiver([410])
  const { id } = await hook(ctx, receiver.url)
  await using _running = await startWebhooks(ctx)
  await emit(ctx, 'registry.version_created', created)
  const states = async () =>
    (await listDeliveries(ctx.db, { subscriptionId: id, limit: 9 })).map((d) => d.state)
  await expect.poll(states, { timeout: 5000 }).toEqual(['FAILED'])
  const [delivery] = await listDeliveries(ctx.db, { subscriptionId: id, limit: 1 })
  await redeliver(ctx, { dialect: DialectName.Databricks, id }, delivery?.id ?? '')
  await expect.poll(states, { timeout: 5000 }).toEqual(['DELIVERED'])
})

test('a receiver that hangs holds up no other', async () => {
  await using base = await testCtx('sqlite', webhooksMigrations)
  const ctx = reaching(base)
  const { promise: hung, resolve: letGo } = Promise.withResolvers<void>()
  let answered = 0
  await using slow = createServer((request, response) => {
    request.resume()
    void hung.then(() => response.end(() => answered++))
  })
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
  await using receiver = await startReceiver()
  await hook(ctx, `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`)
  await hook(ctx, receiver.url)
  await using _running = await startWebhooks(ctx)
  for (const version of [1, 2, 3]) {
    await emit(ctx, 'registry.version_created', { ...created, version })
    await expect.poll(() => receiver.received.length, { timeout: 5000 }).toBe(version)
  }
  letGo()
  await expect.poll(() => answered, { timeout: 5000 }).toBe(3)
})

test('tells only of the model and the stage it was asked for', async () => {
  await using base = await testCtx('sqlite', webhooksMigrations)
  const ctx = reaching(base)
  await using receiver = await startReceiver()
  await hook(ctx, receiver.url, {
    modelName: 'churn',
    events: ['MODEL_VERSION_TRANSITIONED_TO_PRODUCTION'],
  })
  await using _running = await startWebhooks(ctx)
  const moved = { name: 'churn', version: 3, from: 'None', to: 'Staging', comment: '' }
  await emit(ctx, 'registry.version_stage_changed', moved)
  await emit(ctx, 'registry.version_stage_changed', { ...moved, name: 'other', to: 'Production' })
  await emit(ctx, 'registry.version_stage_changed', { ...moved, to: 'Production' })
  await expect.poll(() => receiver.received.length, { timeout: 5000 }).toBe(1)
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ to_stage: 'Production' })
})

test('sends MLflow bodies with the Standard Webhooks signature', async () => {
  await using base = await testCtx('sqlite', webhooksMigrations)
  const ctx = reaching(base)
  await using receiver = await startReceiver()
  const { id } = await hook(ctx, receiver.url, {
    dialect: DialectName.Mlflow,
    name: 'tell',
    events: ['model_version.created'],
  })
  const result = await sendTest(ctx, { dialect: DialectName.Mlflow, id }, undefined)
  expect(result).toMatchObject({ ok: true, status: 200, text: 'thanks' })
  const [got] = receiver.received
  const headers = got?.headers ?? {}
  const stamped = [headers['x-mlflow-delivery-id'], headers['x-mlflow-timestamp'], got?.body]
  const signed = stamped.join('.')
  const expected = `v1,${createHmac('sha256', 's3cret').update(signed).digest('base64')}`
  expect(headers['x-mlflow-signature']).toBe(expected)
  expect(JSON.parse(got?.body ?? '')).toMatchObject({ entity: 'model_version', action: 'created' })
})

test('refuses private addresses, unknown events and missing webhooks by name', async () => {
  await using ctx = await testCtx('sqlite', webhooksMigrations)
  await expect(hook(ctx, 'https://10.0.0.1/x')).rejects.toThrow(/private address/)
  await expect(hook(ctx, 'https://example.com/', { events: ['NOPE'] })).rejects.toThrow(/NOPE/)
  const missing = { dialect: DialectName.Mlflow, id: 'x' }
  await expect(getSubscription(ctx, missing)).rejects.toThrow('Webhook with ID x not found.')
})

test('changes only what is given', async () => {
  await using base = await testCtx('sqlite', webhooksMigrations)
  const ctx = reaching(base)
  const { id } = await hook(ctx, 'https://example.com/')
  const identity = { dialect: DialectName.Databricks, id }
  const changed = await changeSubscription(ctx, identity, { status: SubscriptionStatus.Disabled })
  expect(changed).toMatchObject({ status: 'DISABLED', events: ['MODEL_VERSION_CREATED'] })
  expect(await getSubscription(ctx, identity)).toMatchObject({ status: 'DISABLED' })
})
