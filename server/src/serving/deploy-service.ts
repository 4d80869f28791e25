/**
 * Brings the pending config of an endpoint to life.
 *
 *   config_update  NOT_UPDATING ─(create, PUT config)→ IN_PROGRESS ─(every entity ready)→ NOT_UPDATING
 *                        ↑                                 └─(one failed)→ UPDATE_FAILED
 *                        └────────────────(PUT config)───────────────────────────┘
 *   entity         DEPLOYMENT_CREATING → DEPLOYMENT_READY
 *                          └→ DEPLOYMENT_FAILED (its message says why); the others: DEPLOYMENT_ABORTED
 *
 * The live config answers all the while. When the new one is ready the database says so first, then
 * one assignment in `room.live` swaps them: a request sees the old or the new, and the old models
 * close after the requests that they have. Between the two (`room.promoting`) the endpoint still
 * says IN_PROGRESS, so that whoever waits for the end of the update is answered by the new config.
 * After a restart the live config is loaded again and an update that was IN_PROGRESS goes on.
 */
import { appendEvent, inTransaction, recordEdge, systemPrincipal, type Ctx } from '../core/index.ts'
import { EndpointMetrics } from './endpoint-metrics.ts'
import {
  findEndpoint,
  promotePending,
  updateEntity,
  updateFailed,
  type EntityPlace,
} from './endpoint-store.ts'
import './events.ts'
import type { LiveEndpoint } from './live-endpoint.ts'
import type { PooledModel } from './model-pool.ts'
import { Recorder } from './recorder.ts'
import { roomOf } from './room.ts'
import {
  captureTable,
  Deployment,
  type CaptureConfig,
  type Endpoint,
  type EndpointConfig,
  type Entity,
} from './types.ts'

/** Starts to load what the database asks for; `whenDeployed` waits for it. */
export function startDeployment(caller: Ctx, name: string): void {
  const { deploying } = roomOf(caller)
  const ctx = { ...caller, principal: systemPrincipal, db: caller.database.db }
  const before = deploying.get(name) ?? Promise.resolve()
  const work = before
    .then(() => deploy(ctx, name))
    .catch((error: unknown) => ctx.log.error({ err: error, endpoint: name }, 'deployment failed'))
    .finally(() => {
      if (deploying.get(name) === work) deploying.delete(name)
    })
  deploying.set(name, work)
}

/** Resolves when nothing is being loaded for the endpoint. */
export async function whenDeployed(ctx: Ctx, name: string): Promise<void> {
  await roomOf(ctx).deploying.get(name)
}

async function deploy(ctx: Ctx, name: string): Promise<void> {
  const room = roomOf(ctx)
  const endpoint = await findEndpoint(ctx.db, name)
  if (!endpoint || room.stop.signal.aborted) return
  const { live, pending } = endpoint
  if (live && room.live.get(name)?.configVersion !== live.version) {
    await restoreLive(ctx, endpoint, live)
  }
  if (pending && endpoint.update === 'IN_PROGRESS') await deployPending(ctx, endpoint, pending)
}

async function restoreLive(ctx: Ctx, endpoint: Endpoint, config: EndpointConfig): Promise<void> {
  const loaded = await loadEntities(ctx, config.entities, async () => {})
  if ('failures' in loaded) {
    const [failure] = loaded.failures
    ctx.log.error({ endpoint: endpoint.name, failure }, 'a served model could not be loaded again')
    return
  }
  await swap(ctx, openLive(ctx, endpoint, { config, models: loaded.models }))
}

async function deployPending(ctx: Ctx, endpoint: Endpoint, config: EndpointConfig): Promise<void> {
  const place = { endpointId: endpoint.id, configVersion: config.version }
  const loaded = await loadEntities(ctx, config.entities, (entity, change) =>
    updateEntity(ctx.db, { ...place, name: entity.name }, change),
  )
  if ('failures' in loaded) {
    // The server is stopping: the update goes on after the restart.
    if (roomOf(ctx).stop.signal.aborted) return
    await recordFailure(ctx, endpoint, { place, failures: loaded.failures })
    return
  }
  const live = openLive(ctx, endpoint, { config, models: loaded.models })
  const { promoting } = roomOf(ctx)
  promoting.add(endpoint.name)
  try {
    if (await recordPromotion(ctx, endpoint, { place, config })) await swap(ctx, live)
    else await live.release()
  } finally {
    promoting.delete(endpoint.name)
  }
}

type EntityChange = Pick<Entity, 'state' | 'message' | 'flavour'>
interface Failure {
  readonly entity: string
  readonly message: string
}

async function loadEntities(
  ctx: Ctx,
  entities: readonly Entity[],
  onChange: (entity: Entity, change: EntityChange) => Promise<void>,
): Promise<{ models: readonly PooledModel[] } | { failures: readonly Failure[] }> {
  const { models: pool } = roomOf(ctx)
  const failures: Failure[] = []
  const results = await Promise.all(
    entities.map(async (entity) => {
      const { workloadSize, scaleToZero, environmentVars } = entity
      try {
        const options = { workloadSize, scaleToZero, environmentVars }
        const pooled = await pool.acquire(ctx, entity.model, options)
        const { kind } = pooled.model.flavour
        await onChange(entity, { state: Deployment.Ready, message: '', flavour: kind })
        return pooled
      } catch (error) {
        const { message } = error as Error
        failures.push({ entity: entity.name, message })
        await onChange(entity, { state: Deployment.Failed, message, flavour: undefined })
        return undefined
      }
    }),
  )
  const models = results.filter((pooled) => pooled !== undefined)
  if (failures.length === 0) return { models }
  for (const [i, pooled] of results.entries()) {
    const entity = entities[i]
    if (!pooled || !entity) continue
    await pooled.release()
    const message = 'Another served entity of this config failed'
    await onChange(entity, { state: Deployment.Aborted, message, flavour: undefined })
  }
  return { failures }
}

function openLive(
  ctx: Ctx,
  endpoint: Endpoint,
  made: { readonly config: EndpointConfig; readonly models: readonly PooledModel[] },
): LiveEndpoint {
  const { config, models } = made
  return {
    name: endpoint.name,
    configVersion: config.version,
    entities: config.entities.flatMap((entity, i) => {
      const model = models[i]?.model
      const { name, trafficPercentage } = entity
      return model ? [{ name, trafficPercentage, model }] : []
    }),
    recorder: config.capture?.enabled ? recorderOf(ctx, config.capture) : undefined,
    metrics: metricsOf(ctx, endpoint.name),
    release: async () => {
      await Promise.all(models.map((model) => model.release()))
    },
  }
}

function recorderOf(ctx: Ctx, capture: CaptureConfig): Recorder {
  const { recorders } = roomOf(ctx)
  const table = captureTable(capture)
  const recorder = recorders.get(table) ?? new Recorder(ctx, table)
  recorders.set(table, recorder)
  return recorder
}

function metricsOf(ctx: Ctx, name: string): EndpointMetrics {
  const { metrics } = roomOf(ctx)
  const known = metrics.get(name) ?? new EndpointMetrics()
  metrics.set(name, known)
  return known
}

async function swap(ctx: Ctx, next: LiveEndpoint): Promise<void> {
  const { live } = roomOf(ctx)
  const before = live.get(next.name)
  live.set(next.name, next)
  roomOf(ctx).promoting.delete(next.name)
  await before?.release()
}

async function recordPromotion(
  ctx: Ctx,
  endpoint: Endpoint,
  made: { readonly place: Omit<EntityPlace, 'name'>; readonly config: EndpointConfig },
): Promise<boolean> {
  const { place, config } = made
  return inTransaction(ctx, async (tx) => {
    if (!(await promotePending(tx.db, place, tx.now()))) return false
    const served = config.entities.map(({ model }) => ({
      model: model.name,
      version: model.version,
    }))
    for (const { model, version } of served) {
      await recordEdge(tx, {
        kind: 'SERVED',
        from: `model:${model}/${version}`,
        to: `endpoint:${endpoint.name}`,
        data: { config_version: config.version, creator: config.creator },
      })
    }
    await appendEvent(tx, {
      type: 'serving.endpoint_changed',
      subject: `endpoint:${endpoint.name}`,
      payload: { name: endpoint.name, state: 'READY', served },
    })
    return true
  })
}

async function recordFailure(
  ctx: Ctx,
  endpoint: Endpoint,
  failed: { readonly place: Omit<EntityPlace, 'name'>; readonly failures: readonly Failure[] },
): Promise<void> {
  const message = failed.failures.map((f) => `${f.entity}: ${f.message}`).join('; ')
  await inTransaction(ctx, async (tx) => {
    await updateFailed(tx.db, failed.place, { message, at: tx.now() })
    await appendEvent(tx, {
      type: 'serving.endpoint_changed',
      subject: `endpoint:${endpoint.name}`,
      payload: { name: endpoint.name, state: 'UPDATE_FAILED', served: servedBy(endpoint) },
    })
  })
}

/** What answers an endpoint's requests, as its events say it. */
export function servedBy(endpoint: Endpoint): { model: string; version: number }[] {
  return (endpoint.live?.entities ?? []).map(({ model }) => ({
    model: model.name,
    version: model.version,
  }))
}
