import { newId, type Ctx, type PlatformEvent } from '../core/index.ts'
import { insertDelivery, findDelivery, reopenDelivery } from './delivery-store.ts'
import { dialects } from './dialects/index.ts'
import { webhooksErrors } from './errors.ts'
import { send, type Sending } from './sender.ts'
import { getSubscription, type SubscriptionIdentity } from './subscription-service.ts'
import { findSubscriptionWithSecrets, listActiveSubscriptions } from './subscription-store.ts'
import type { Delivery, Subscription } from './types.ts'

/** Turns one event into a delivery for each subscription that listens to it. */
export async function queueDeliveries(tx: Ctx, event: PlatformEvent): Promise<void> {
  for (const subscription of await listActiveSubscriptions(tx.db)) {
    const match = matchEvent(subscription, event)
    if (!match) continue
    await insertDelivery(tx.db, {
      id: newId(),
      subscriptionId: subscription.id,
      eventSeq: event.seq,
      event: match.name,
      body: JSON.stringify(match.body),
      createdAt: tx.now(),
    })
  }
}

interface Match {
  readonly name: string
  readonly body: Record<string, unknown>
}

function matchEvent(subscription: Subscription, event: PlatformEvent): Match | undefined {
  const translated = dialects[subscription.dialect].translate(event)
  if (!translated) return undefined
  const { modelName } = subscription
  if (modelName !== undefined && modelName !== translated.modelName) return undefined
  const name = translated.names.find((candidate) => subscription.events.includes(candidate))
  return name === undefined ? undefined : { name, body: translated.body(name, subscription.id) }
}

/** Puts a delivery back in line, for a receiver that was repaired. */
export async function redeliver(
  ctx: Ctx,
  identity: SubscriptionIdentity,
  deliveryId: string,
): Promise<Delivery> {
  await getSubscription(ctx, identity)
  const delivery = await findDelivery(ctx.db, deliveryId)
  if (delivery?.subscriptionId !== identity.id) {
    throw webhooksErrors.WEBHOOKS_DELIVERY_NOT_FOUND(deliveryId, identity.id)
  }
  await reopenDelivery(ctx.db, deliveryId, ctx.now())
  ctx.events.wake()
  return (await findDelivery(ctx.db, deliveryId)) ?? delivery
}

export interface TestResult {
  readonly ok: boolean
  readonly status: number | undefined
  readonly text: string
}

/** Sends the example of an event now, once, and says what came back. */
export async function sendTest(
  ctx: Ctx,
  identity: SubscriptionIdentity,
  event: string | undefined,
): Promise<TestResult> {
  const subscription = await getSubscription(ctx, identity)
  const name = event ?? subscription.events[0] ?? ''
  const dialect = dialects[subscription.dialect]
  if (!dialect.events.includes(name)) {
    throw webhooksErrors.WEBHOOKS_EVENT_UNKNOWN(name, dialect.events)
  }
  const known = await findSubscriptionWithSecrets(ctx.db, subscription.id)
  const sending: Sending = {
    deliveryId: newId(),
    subscription,
    sealedSecrets: known?.sealedSecrets ?? '',
    body: JSON.stringify(dialect.example(name, subscription.id, ctx.now())),
  }
  return send(ctx, sending)
}
