import { Type, type Static } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import {
  CreateRegistryWebhook,
  ListRegistryWebhooks,
  TestRegistryWebhook,
  UpdateRegistryWebhook,
} from './databricks-schema.ts'
import { sendTest } from './delivery-service.ts'
import { webhooksErrors } from './errors.ts'
import {
  changeSubscription,
  createSubscription,
  removeSubscription,
  type SubscriptionPatch,
} from './subscription-service.ts'
import { listSubscriptions } from './subscription-store.ts'
import {
  DialectName,
  SubscriptionStatus,
  type Subscription,
  type SubscriptionSecrets,
  type Target,
} from './types.ts'

const dialect = DialectName.Databricks
const prefix = '/api/2.0/mlflow/registry-webhooks'

/** Databricks' registry webhooks. */
export const registryWebhookRoutes: RoutePlugin = async (app) => {
  app.post(`${prefix}/create`, { schema: { body: CreateRegistryWebhook } }, async (request) => {
    const { body } = request
    const target = toTarget(body)
    if (!target) throw webhooksErrors.WEBHOOKS_TARGET_MISSING()
    const subscription = await createSubscription(request.ctx, {
      dialect,
      name: '',
      description: body.description ?? '',
      status: body.status ?? SubscriptionStatus.Active,
      modelName: body.model_name,
      events: body.events,
      target,
      secrets: toSecrets(body),
    })
    return { webhook: encode(subscription) }
  })

  const list = { schema: { querystring: ListRegistryWebhooks } }
  app.get(`${prefix}/list`, list, async (request) => {
    const { model_name: modelName, events, max_results: limit, page_token: after } = request.query
    const found = await listSubscriptions(request.ctx.db, {
      dialect,
      limit: limit + 1,
      ...(modelName === undefined ? {} : { modelName }),
      ...(after ? { after } : {}),
    })
    const shown = found.slice(0, limit)
    const wanted = shown.filter((s) => !events || s.events.some((e) => events.includes(e)))
    const next = found.length > limit ? { next_page_token: shown.at(-1)?.id } : {}
    return { webhooks: wanted.map(encode), ...next }
  })

  app.patch(`${prefix}/update`, { schema: { body: UpdateRegistryWebhook } }, async (request) => {
    const { body } = request
    const target = toTarget(body)
    const patch: SubscriptionPatch = {
      ...(body.description === undefined ? {} : { description: body.description }),
      ...(body.status === undefined ? {} : { status: body.status }),
      ...(body.model_name === undefined ? {} : { modelName: body.model_name }),
      ...(body.events === undefined ? {} : { events: body.events }),
      ...(target === undefined ? {} : { target, secrets: toSecrets(body) }),
    }
    const changed = await changeSubscription(request.ctx, { dialect, id: body.id }, patch)
    return { webhook: encode(changed) }
  })

  const one = Type.Object({ id: Type.String({ description: 'Of the webhook.' }) })
  app.delete(`${prefix}/delete`, { schema: { querystring: one } }, async (request) => {
    await removeSubscription(request.ctx, { dialect, id: request.query.id })
    return {}
  })

  app.post(`${prefix}/test`, { schema: { body: TestRegistryWebhook } }, async (request) => {
    const { id, event } = request.body
    const result = await sendTest(request.ctx, { dialect, id }, event)
    return { status_code: result.status ?? 0, body: result.text }
  })
}

type Specs = Pick<Static<typeof CreateRegistryWebhook>, 'http_url_spec' | 'job_spec'>

function toTarget({ http_url_spec: http, job_spec: job }: Specs): Target | undefined {
  if (http && job) throw webhooksErrors.WEBHOOKS_TARGET_MISSING()
  if (http) {
    return { kind: 'http', url: http.url, verifyTls: http.enable_ssl_verification ?? true }
  }
  return job ? { kind: 'job', jobId: Number(job.job_id) } : undefined
}

function toSecrets({ http_url_spec: http }: Specs): SubscriptionSecrets {
  return {
    ...(http?.secret === undefined ? {} : { secret: http.secret }),
    ...(http?.authorization === undefined ? {} : { authorization: http.authorization }),
  }
}

function encode(subscription: Subscription): Record<string, unknown> {
  const { target } = subscription
  return {
    id: subscription.id,
    ...(subscription.modelName === undefined ? {} : { model_name: subscription.modelName }),
    events: subscription.events,
    description: subscription.description,
    status: subscription.status,
    creation_timestamp: subscription.createdAt.getTime(),
    last_updated_timestamp: subscription.updatedAt.getTime(),
    ...(target.kind === 'http'
      ? { http_url_spec: { url: target.url, enable_ssl_verification: target.verifyTls } }
      : { job_spec: { job_id: String(target.jobId) } }),
  }
}
