import { openSecret, sealSecret } from '../auth/index.ts'
import { checkOutgoingUrl, newId, type Ctx, type OutgoingPolicy } from '../core/index.ts'
import { dialects } from './dialects/index.ts'
import { webhooksErrors } from './errors.ts'
import {
  deleteSubscription,
  findSubscription,
  insertSubscription,
  updateSubscription,
} from './subscription-store.ts'
import {
  DialectName,
  type SubscriptionStatus,
  type Subscription,
  type SubscriptionSecrets,
  type Target,
} from './types.ts'

export interface CreateSubscriptionInput {
  readonly dialect: DialectName
  readonly name: string
  readonly description: string
  readonly status: SubscriptionStatus
  readonly modelName: string | undefined
  readonly events: readonly string[]
  readonly target: Target
  readonly secrets: SubscriptionSecrets
}

export async function createSubscription(
  ctx: Ctx,
  input: CreateSubscriptionInput,
): Promise<Subscription> {
  checkInput(ctx, input)
  const now = ctx.now()
  const { secrets, ...rest } = input
  const subscription = {
    ...rest,
    id: newId(now.getTime()),
    creator: ctx.principal.name,
    createdAt: now,
    updatedAt: now,
  }
  await insertSubscription(ctx.db, { ...subscription, sealedSecrets: sealAll(ctx, secrets) })
  return subscription
}

export type SubscriptionPatch = Partial<Omit<CreateSubscriptionInput, 'dialect'>>

/** Changes only what is given; an empty list of events changes nothing, as in MLflow. */
export async function changeSubscription(
  ctx: Ctx,
  identity: SubscriptionIdentity,
  patch: SubscriptionPatch,
): Promise<Subscription> {
  const current = await getSubscription(ctx, identity)
  const next = {
    ...current,
    name: patch.name ?? current.name,
    description: patch.description ?? current.description,
    status: patch.status ?? current.status,
    modelName: patch.modelName ?? current.modelName,
    events: patch.events?.length ? patch.events : current.events,
    target: patch.target ?? current.target,
    updatedAt: ctx.now(),
  }
  checkInput(ctx, next)
  const secrets = patch.secrets ? { sealedSecrets: sealAll(ctx, patch.secrets) } : {}
  await updateSubscription(ctx.db, { ...next, ...secrets }, next.updatedAt)
  return next
}

export interface SubscriptionIdentity {
  readonly dialect: DialectName
  readonly id: string
}

export async function getSubscription(
  ctx: Ctx,
  { dialect, id }: SubscriptionIdentity,
): Promise<Subscription> {
  const subscription = await findSubscription(ctx.db, dialect, id)
  if (!subscription) throw webhooksErrors.WEBHOOKS_NOT_FOUND(id)
  return subscription
}

export async function removeSubscription(ctx: Ctx, identity: SubscriptionIdentity): Promise<void> {
  await getSubscription(ctx, identity)
  await deleteSubscription(ctx.db, identity.id, ctx.now())
}

/** MLflow's settings decide for its dialect; `--allow-private` counts in both. */
export function outgoingPolicy(ctx: Ctx, dialect: DialectName): OutgoingPolicy {
  const { allowPrivate, webhookAllowedSchemes, webhookAllowPrivateIps } = ctx.config
  if (dialect === DialectName.Databricks) return { schemes: ['https'], allowPrivate }
  return {
    schemes: webhookAllowedSchemes,
    allowPrivate,
    allowAllPrivate: webhookAllowPrivateIps,
  }
}

export function openSecrets(ctx: Ctx, sealed: string): SubscriptionSecrets {
  return JSON.parse(openSecret(ctx, sealed)) as SubscriptionSecrets
}

function sealAll(ctx: Ctx, secrets: SubscriptionSecrets): string {
  return sealSecret(ctx, JSON.stringify(secrets))
}

const namePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/

function checkInput(ctx: Ctx, input: Omit<CreateSubscriptionInput, 'secrets'>): void {
  const { dialect, events, modelName, target, name } = input
  if (dialect === DialectName.Mlflow && !namePattern.test(name)) {
    throw webhooksErrors.WEBHOOKS_NAME_INVALID(name)
  }
  if (events.length === 0) throw webhooksErrors.WEBHOOKS_EVENTS_MISSING()
  const known = dialects[dialect].events
  for (const event of events) {
    if (!known.includes(event)) throw webhooksErrors.WEBHOOKS_EVENT_UNKNOWN(event, known)
  }
  if (modelName !== undefined && events.includes('REGISTERED_MODEL_CREATED')) {
    throw webhooksErrors.WEBHOOKS_REGISTRY_WIDE_ONLY('REGISTERED_MODEL_CREATED')
  }
  if (target.kind === 'http') checkOutgoingUrl(target.url, outgoingPolicy(ctx, dialect))
}
