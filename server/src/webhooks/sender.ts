/**
 * Sends deliveries until each is done.
 *
 *   PENDING → (2xx, or the job run was started) → DELIVERED
 *           → (408, 429, 5xx, no connection)    → PENDING again, later
 *           → (any other answer, a refused URL, or no try left) → FAILED
 *
 * The loop sleeps until the next delivery is due or a commit wakes it. Deliveries to different
 * subscriptions go out side by side; those to one subscription go out in order.
 */
import { AppError, callOutgoing, type Ctx } from '../core/index.ts'
import { getJob, runNow } from '../jobs/index.ts'
import { claimDelivery, listDueDeliveries, nextDueAt, updateDelivery } from './delivery-store.ts'
import { dialects } from './dialects/index.ts'
import { openSecrets, outgoingPolicy } from './subscription-service.ts'
import { findSubscriptionWithSecrets } from './subscription-store.ts'
import { DeliveryState, type Delivery, type Subscription } from './types.ts'

const firstBackoffMs = 1_000
/** Longer than any call takes. */
const claimMs = 120_000
const maxBackoffMs = 3_600_000
const batchSize = 200
const retriedStatuses = new Set([408, 425, 429, 500, 502, 503, 504])

/** Starts the loop; disposing it waits for the calls in flight. */
export function startSender(ctx: Ctx): AsyncDisposable {
  const stop = new AbortController()
  const lanes = new Map<string, Promise<void>>()
  const finished = loop(ctx, lanes, stop.signal)
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await finished
      await Promise.all(lanes.values())
    },
  }
}

/** Deliveries on their way, by subscription. */
type Lanes = Map<string, Promise<void>>

async function loop(ctx: Ctx, lanes: Lanes, signal: AbortSignal): Promise<void> {
  // A lane may end in a later round than it began in; it wakes the round that waits then.
  let wakeNow = (): void => {}
  while (!signal.aborted) {
    const { promise: woken, resolve } = Promise.withResolvers<void>()
    const wake = (): void => resolve()
    wakeNow = wake
    const off = ctx.events.onWake(wake)
    signal.addEventListener('abort', wake, { once: true })
    let timer: NodeJS.Timeout | undefined
    try {
      await openLanes(ctx, { lanes, onEnd: () => wakeNow(), signal })
      const isFull = lanes.size >= ctx.config.webhookMaxParallel
      const due = isFull ? undefined : await nextDueAt(ctx.db, [...lanes.keys()])
      const waitMs = due ? Math.max(0, due.getTime() - ctx.now().getTime()) : undefined
      if (waitMs !== undefined) timer = setTimeout(wake, Math.min(waitMs, maxBackoffMs))
      if (!signal.aborted) await woken
    } catch (error) {
      ctx.log.error({ err: error }, 'webhook sender failed')
      timer = setTimeout(wake, firstBackoffMs)
      if (!signal.aborted) await woken
    } finally {
      off()
      signal.removeEventListener('abort', wake)
      clearTimeout(timer)
    }
  }
}

interface OpenLanes {
  readonly lanes: Lanes
  readonly onEnd: () => void
  readonly signal: AbortSignal
}

/** Sends what is due, a lane for each subscription: one that hangs holds up nobody else. */
async function openLanes(ctx: Ctx, { lanes, onEnd, signal }: OpenLanes): Promise<void> {
  const free = ctx.config.webhookMaxParallel - lanes.size
  if (free <= 0) return
  const busy = [...lanes.keys()]
  const due = await listDueDeliveries(ctx.db, { now: ctx.now(), limit: batchSize, except: busy })
  const waiting = new Map<string, Delivery[]>()
  for (const delivery of due) {
    const lane = waiting.get(delivery.subscriptionId) ?? []
    waiting.set(delivery.subscriptionId, [...lane, delivery])
  }
  for (const [subscriptionId, deliveries] of [...waiting].slice(0, free)) {
    const work = sendInOrder(ctx, deliveries, signal)
      .catch((error: unknown) => ctx.log.error({ err: error }, 'a webhook could not be recorded'))
      .finally(() => {
        lanes.delete(subscriptionId)
        onEnd()
      })
    lanes.set(subscriptionId, work)
  }
}

async function sendInOrder(
  ctx: Ctx,
  deliveries: readonly Delivery[],
  signal: AbortSignal,
): Promise<void> {
  for (const delivery of deliveries) {
    if (signal.aborted) return
    if (await claim(ctx, delivery)) await deliver(ctx, delivery)
  }
}

/** Servers that share a Postgres agree on who sends; the others try again should that one die. */
async function claim(ctx: Ctx, delivery: Delivery): Promise<boolean> {
  if (ctx.database.dialect === 'sqlite') return true
  return claimDelivery(ctx.db, delivery, new Date(ctx.now().getTime() + claimMs))
}

async function deliver(ctx: Ctx, delivery: Delivery): Promise<void> {
  const known = await findSubscriptionWithSecrets(ctx.db, delivery.subscriptionId)
  if (!known || known.deleted) {
    await record(ctx, delivery, {
      ok: false,
      retry: false,
      status: undefined,
      text: 'the webhook was deleted',
    })
    return
  }
  const result = await send(ctx, {
    deliveryId: delivery.id,
    subscription: known.subscription,
    sealedSecrets: known.sealedSecrets,
    body: delivery.body,
  })
  await record(ctx, delivery, result)
}

interface SendResult {
  readonly ok: boolean
  readonly retry: boolean
  readonly status: number | undefined
  readonly text: string
}

async function record(ctx: Ctx, delivery: Delivery, result: SendResult): Promise<void> {
  const now = ctx.now()
  const backoffMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** delivery.tries)
  const again = !result.ok && result.retry && delivery.tries < ctx.config.webhookMaxRetries
  const failed = again ? DeliveryState.Pending : DeliveryState.Failed
  await updateDelivery(ctx.db, delivery.id, {
    state: result.ok ? DeliveryState.Delivered : failed,
    status: result.status,
    text: result.text,
    nextTryAt: new Date(now.getTime() + backoffMs),
    now,
  })
}

export interface Sending {
  readonly deliveryId: string
  readonly subscription: Subscription
  readonly sealedSecrets: string
  readonly body: string
}

/** One try. Never throws: a failure is a result. */
export async function send(ctx: Ctx, sending: Sending): Promise<SendResult> {
  try {
    const { target } = sending.subscription
    return target.kind === 'http'
      ? await post(ctx, sending, target)
      : await startJob(ctx, sending, target.jobId)
  } catch (error) {
    const retry = !(error instanceof AppError) || error.status >= 500
    return { ok: false, retry, status: undefined, text: describe(error) }
  }
}

interface HttpTarget {
  readonly url: string
  readonly verifyTls: boolean
}

async function post(ctx: Ctx, sending: Sending, target: HttpTarget): Promise<SendResult> {
  const { dialect } = sending.subscription
  const { secret, authorization } = openSecrets(ctx, sending.sealedSecrets)
  const { deliveryId, body } = sending
  const headers = dialects[dialect].headers({
    deliveryId,
    body,
    secret,
    authorization,
    now: ctx.now(),
  })
  const answer = await callOutgoing(
    {
      method: 'POST',
      url: target.url,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      body,
      timeoutMs: ctx.config.webhookTimeoutMs,
      verifyTls: target.verifyTls,
    },
    outgoingPolicy(ctx, dialect),
  )
  const ok = answer.status >= 200 && answer.status < 300
  return { ok, retry: retriedStatuses.has(answer.status), status: answer.status, text: answer.body }
}

// The delivery id is the idempotency token, so a crash after the run was started starts no second one.
async function startJob(ctx: Ctx, sending: Sending, jobId: number): Promise<SendResult> {
  const { settings } = await getJob(ctx, jobId)
  const message = { event_message: sending.body }
  const declared = settings.parameters?.some((parameter) => parameter.name === 'event_message')
  const { runId } = await runNow(ctx, {
    jobId,
    overrides: declared ? { job_parameters: message } : { notebook_params: message },
    idempotencyToken: sending.deliveryId,
  })
  return { ok: true, retry: false, status: undefined, text: `job run ${runId}` }
}

function describe(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return message || code || 'the call failed'
}
