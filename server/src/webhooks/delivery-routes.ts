import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { redeliver } from './delivery-service.ts'
import { listDeliveries } from './delivery-store.ts'
import { listSubscriptions } from './subscription-store.ts'
import { DialectName, type Delivery, type Subscription } from './types.ts'

const prefix = '/api/millrace/1.0/webhooks'
const one = Type.Object({ id: Type.String({ description: 'Of the webhook.' }) })
const page = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  before: Type.Optional(Type.String({ description: 'Only deliveries older than this id.' })),
})

/** What was sent, what came back, and sending it again. */
export const deliveryRoutes: RoutePlugin = async (app) => {
  app.get(prefix, async (request) => {
    const both = await Promise.all(
      Object.values(DialectName).map((dialect) =>
        listSubscriptions(request.ctx.db, { dialect, limit: 1000 }),
      ),
    )
    return { webhooks: both.flat().map(encodeSubscription) }
  })

  const list = { schema: { params: one, querystring: page } }
  app.get(`${prefix}/:id/deliveries`, list, async (request) => {
    const { limit, before } = request.query
    const found = await listDeliveries(request.ctx.db, {
      subscriptionId: request.params.id,
      limit,
      ...(before === undefined ? {} : { before }),
    })
    return { deliveries: found.map(encodeDelivery) }
  })

  const again = Type.Object({
    dialect: Type.Enum(Object.values(DialectName)),
    id: Type.String({ description: 'Of the webhook.' }),
    delivery: Type.String({ description: 'Of the delivery.' }),
  })
  app.post(
    `${prefix}/:dialect/:id/deliveries/:delivery/redeliver`,
    { schema: { params: again } },
    async (request) => {
      const { dialect, id, delivery } = request.params
      const reopened = await redeliver(request.ctx, { dialect, id }, delivery)
      return { delivery: encodeDelivery(reopened) }
    },
  )
}

function encodeSubscription(subscription: Subscription): Record<string, unknown> {
  const { target } = subscription
  return {
    id: subscription.id,
    dialect: subscription.dialect,
    name: subscription.name,
    description: subscription.description,
    status: subscription.status,
    model_name: subscription.modelName ?? null,
    events: subscription.events,
    ...(target.kind === 'http' ? { url: target.url } : { job_id: target.jobId }),
    creator: subscription.creator,
    created_at: subscription.createdAt.getTime(),
  }
}

function encodeDelivery(delivery: Delivery): Record<string, unknown> {
  return {
    id: delivery.id,
    event: delivery.event,
    state: delivery.state,
    tries: delivery.tries,
    body: delivery.body,
    last_status: delivery.lastStatus ?? null,
    last_outcome: delivery.lastOutcome ?? null,
    created_at: delivery.createdAt.getTime(),
    next_try_at: delivery.nextTryAt.getTime(),
    finished_at: delivery.finishedAt?.getTime() ?? null,
  }
}
