import { appendAudit } from '../auth/index.ts'
import { appendEvent, inTransaction, newHexId, type Ctx } from '../core/index.ts'
import { getVersion } from '../registry/index.ts'
import { servedBy, startDeployment, whenDeployed } from './deploy-service.ts'
import {
  deleteEndpointRows,
  findEndpoint,
  insertEndpoint,
  insertPendingConfig,
  listEndpointRows,
  updateTags,
} from './endpoint-store.ts'
import { servingErrors } from './errors.ts'
import './events.ts'
import { roomOf } from './room.ts'
import { ConfigUpdate, type ConfigSpec, type Endpoint, type Tag } from './types.ts'

export interface CreateEndpointInput {
  readonly name: string
  readonly config: ConfigSpec
  readonly tags: readonly Tag[]
  readonly description: string
}

/** Makes an endpoint; it answers once its models are loaded. */
export async function createEndpoint(ctx: Ctx, input: CreateEndpointInput): Promise<Endpoint> {
  checkName(input.name)
  await checkConfig(ctx, input.config)
  const endpoint = await inTransaction(ctx, async (tx) => {
    const id = newHexId()
    const creator = tx.principal.name
    const createdAt = tx.now()
    const { name, tags, description, config } = input
    const isNew = await insertEndpoint(tx.db, { id, name, creator, createdAt, tags, description })
    if (!isNew) throw servingErrors.SERVING_ENDPOINT_EXISTS(name)
    await insertPendingConfig(tx.db, { endpointId: id, spec: config, creator, createdAt })
    const made = await getEndpoint(tx, name)
    await recordChange(tx, made, 'serving.endpoint_created')
    return made
  })
  startDeployment(ctx, input.name)
  return endpoint
}

/** Asks for another config; the present one answers until the new one is ready. */
export async function updateConfig(ctx: Ctx, name: string, config: ConfigSpec): Promise<Endpoint> {
  await getEndpoint(ctx, name)
  await checkConfig(ctx, config)
  const endpoint = await inTransaction(ctx, async (tx) => {
    const { id, update } = await getEndpoint(tx, name)
    if (update === ConfigUpdate.InProgress) throw servingErrors.SERVING_UPDATE_IN_PROGRESS(name)
    const creator = tx.principal.name
    const createdAt = tx.now()
    await insertPendingConfig(tx.db, { endpointId: id, spec: config, creator, createdAt })
    const changed = await getEndpoint(tx, name)
    await recordChange(tx, changed, 'serving.endpoint_updated')
    return changed
  })
  startDeployment(ctx, name)
  return endpoint
}

export async function deleteEndpoint(ctx: Ctx, name: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const endpoint = await getEndpoint(tx, name)
    await deleteEndpointRows(tx.db, endpoint.id)
    await appendAudit(tx, {
      action: 'serving.endpoint_deleted',
      subject: `endpoint:${name}`,
      data: { served: servedBy(endpoint) },
    })
    await appendEvent(tx, {
      type: 'serving.endpoint_changed',
      subject: `endpoint:${name}`,
      payload: { name, state: 'DELETED', served: [] },
    })
  })
  const { live, metrics } = roomOf(ctx)
  const gone = live.get(name)
  live.delete(name)
  metrics.delete(name)
  await gone?.release()
}

export interface PatchTagsInput {
  readonly add: readonly Tag[]
  readonly remove: readonly string[]
}

/** A tag is replaced by one of the same key. */
export async function patchTags(ctx: Ctx, name: string, input: PatchTagsInput): Promise<Tag[]> {
  return inTransaction(ctx, async (tx) => {
    const { id, tags } = await getEndpoint(tx, name)
    const byKey = new Map(tags.map((tag) => [tag.key, tag]))
    for (const key of input.remove) byKey.delete(key)
    for (const tag of input.add) byKey.set(tag.key, tag)
    const changed = [...byKey.values()]
    await updateTags(tx.db, id, changed)
    return changed
  })
}

export async function getEndpoint(ctx: Ctx, name: string): Promise<Endpoint> {
  const endpoint = await findEndpoint(ctx.db, name)
  if (!endpoint) throw servingErrors.SERVING_ENDPOINT_NOT_FOUND(name)
  return endpoint
}

export async function listEndpoints(ctx: Ctx): Promise<Endpoint[]> {
  return listEndpointRows(ctx.db)
}

/** The endpoint once its update has ended, well or badly. */
export async function waitForEndpoint(ctx: Ctx, name: string): Promise<Endpoint> {
  await whenDeployed(ctx, name)
  return getEndpoint(ctx, name)
}

async function recordChange(tx: Ctx, endpoint: Endpoint, action: string): Promise<void> {
  const { name, pending } = endpoint
  const asked = (pending?.entities ?? []).map(({ model, trafficPercentage }) => ({
    ...model,
    traffic: trafficPercentage,
  }))
  await appendAudit(tx, { action, subject: `endpoint:${name}`, data: { asked } })
  await appendEvent(tx, {
    type: 'serving.endpoint_changed',
    subject: `endpoint:${name}`,
    payload: { name, state: 'UPDATING', served: servedBy(endpoint) },
  })
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/

function checkName(name: string): void {
  if (namePattern.test(name)) return
  throw servingErrors.SERVING_CONFIG_INVALID(
    `'${name}' cannot name a serving endpoint; use up to 63 letters, digits, '-' and '_', beginning with a letter or digit`,
  )
}

async function checkConfig(ctx: Ctx, config: ConfigSpec): Promise<void> {
  for (const { model } of config.entities) await getVersion(ctx, model)
}
