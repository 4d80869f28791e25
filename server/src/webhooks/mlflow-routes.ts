import { Type } from 'typebox'
import { coreErrors, type App, type RoutePlugin } from '../core/index.ts'
import { sendTest } from './delivery-service.ts'
import { CreateMlflowWebhook, TestMlflowWebhook, UpdateMlflowWebhook } from './mlflow-schema.ts'
import {
  changeSubscription,
  createSubscription,
  getSubscription,
  removeSubscription,
  type SubscriptionPatch,
} from './subscription-service.ts'
import { listSubscriptions } from './subscription-store.ts'
import { DialectName, SubscriptionStatus, type Subscription, type Target } from './types.ts'

const dialect = DialectName.Mlflow
const identity = Type.Object({ id: Type.String({ description: 'webhook_id' }) })
const page = Type.Object({
  max_results: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  page_token: Type.Optional(Type.String({ description: 'next_page_token of the page before.' })),
})

/** MLflow's webhooks, at both prefixes that its clients use. */
export const mlflowWebhookRoutes: RoutePlugin = async (app) => {
  for (const prefix of ['/api/2.0/mlflow/webhooks', '/ajax-api/2.0/mlflow/webhooks']) {
    createAndList(app, prefix)
    oneWebhook(app, prefix)
  }
}

function createAndList(app: App, prefix: string): void {
  app.post(prefix, { schema: { body: CreateMlflowWebhook } }, async (request) => {
    const { name, description, url, events, secret, status } = request.body
    const subscription = await createSubscription(request.ctx, {
      dialect,
      name,
      description: description ?? '',
      status: status ?? SubscriptionStatus.Active,
      modelName: undefined,
      events: events.map(decodeEvent),
      target: toTarget(url),
      secrets: secret === undefined ? {} : { secret },
    })
    return { webhook: encode(subscription) }
  })

  app.get(prefix, { schema: { querystring: page } }, async (request) => {
    const { max_results: limit, page_token: after } = request.query
    const found = await listSubscriptions(request.ctx.db, {
      dialect,
      limit: limit + 1,
      ...(after ? { after } : {}),
    })
    const shown = found.slice(0, limit)
    const next = found.length > limit ? { next_page_token: shown.at(-1)?.id } : {}
    return { webhooks: shown.map(encode), ...next }
  })
}

function oneWebhook(app: App, prefix: string): void {
  app.get(`${prefix}/:id`, { schema: { params: identity } }, async (request) => {
    const { id } = request.params
    return { webhook: encode(await getSubscription(request.ctx, { dialect, id })) }
  })

  const update = { schema: { params: identity, body: UpdateMlflowWebhook } }
  app.patch(`${prefix}/:id`, update, async (request) => {
    const { name, description, url, events, secret, status } = request.body
    const patch: SubscriptionPatch = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(url === undefined ? {} : { target: toTarget(url) }),
      ...(events === undefined ? {} : { events: events.map(decodeEvent) }),
      ...(secret === undefined ? {} : { secrets: { secret } }),
      ...(status === undefined ? {} : { status }),
    }
    const { id } = request.params
    return { webhook: encode(await changeSubscription(request.ctx, { dialect, id }, patch)) }
  })

  app.delete(`${prefix}/:id`, { schema: { params: identity } }, async (request) => {
    await removeSubscription(request.ctx, { dialect, id: request.params.id })
    return {}
  })

  const test = { schema: { params: identity, body: Type.Optional(TestMlflowWebhook) } }
  app.post(`${prefix}/:id/test`, test, async (request) => {
    const event = request.body?.event
    const which = { dialect, id: request.params.id }
    const result = await sendTest(request.ctx, which, event && decodeEvent(event))
    const answer =
      result.status === undefined
        ? { error_message: result.text }
        : { response_status: result.status, response_body: result.text }
    return { result: { success: result.ok, ...answer } }
  })
}

function toTarget(url: string): Target {
  return { kind: 'http', url, verifyTls: true }
}

interface WireEvent {
  readonly entity: string
  readonly action: string
}

function decodeEvent({ entity, action }: WireEvent): string {
  if (!entity || !action) {
    throw coreErrors.CORE_INVALID_REQUEST('A webhook event needs both entity and action')
  }
  return `${entity.toLowerCase()}.${action.toLowerCase()}`
}

function encodeEvent(name: string): WireEvent {
  const [entity = '', action = ''] = name.toUpperCase().split('.')
  return { entity, action }
}

function encode(subscription: Subscription): Record<string, unknown> {
  const { target } = subscription
  return {
    webhook_id: subscription.id,
    name: subscription.name,
    description: subscription.description,
    url: target.kind === 'http' ? target.url : '',
    events: subscription.events.map(encodeEvent),
    status: subscription.status,
    creation_timestamp: subscription.createdAt.getTime(),
    last_updated_timestamp: subscription.updatedAt.getTime(),
  }
}
