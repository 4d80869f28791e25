import { AppError, newId, type Ctx } from '../core/index.ts'
import { whenDeployed } from './deploy-service.ts'
import { findEndpoint, listEndpointRows } from './endpoint-store.ts'
import { servingErrors } from './errors.ts'
import type { BoundRows } from './input-plan.ts'
import { parseScoringRequest, type ScoringRequest } from './invocation-parser.ts'
import { pickEntity, type LiveEndpoint, type LiveEntity } from './live-endpoint.ts'
import { roomOf } from './room.ts'

export interface InvocationInput {
  readonly endpoint: LiveEndpoint
  readonly body: string
  readonly contentType: string
}

export interface InvocationAnswer {
  /** JSON text. */
  readonly body: string
  readonly servedName: string
}

/** Scores one request: parse, choose a model, bind, predict; recorded where the endpoint says so. */
export async function invoke(input: InvocationInput): Promise<InvocationAnswer> {
  const { endpoint, body, contentType } = input
  const started = performance.now()
  const entity = pickEntity(endpoint.entities, Math.random())
  if (!entity) throw servingErrors.SERVING_ENDPOINT_NOT_READY(endpoint.name, 'it serves no model')
  const seen: Seen = { request: undefined, bound: undefined }
  try {
    const request = parseScoringRequest(body, contentType)
    seen.request = request
    const { plan, flavour } = entity.model
    const bound = plan.bind(request)
    seen.bound = bound
    const predictions = await flavour.predict(bound, plan.bindParams(request.params))
    const latencyMs = performance.now() - started
    endpoint.metrics.observe(entity.name, 200, latencyMs)
    if (endpoint.recorder) record({ ...input, entity, seen, latencyMs, predictions })
    return { body: `{"predictions": ${JSON.stringify(predictions)}}`, servedName: entity.name }
  } catch (error) {
    const latencyMs = performance.now() - started
    const status = error instanceof AppError ? error.status : 500
    endpoint.metrics.observe(entity.name, status, latencyMs)
    if (endpoint.recorder) record({ ...input, entity, seen, latencyMs, error, status })
    throw error
  }
}

interface Seen {
  request: ScoringRequest | undefined
  bound: BoundRows | undefined
}

interface Outcome extends InvocationInput {
  readonly entity: LiveEntity
  readonly seen: Seen
  readonly latencyMs: number
  readonly predictions?: readonly unknown[]
  readonly error?: unknown
  readonly status?: number
}

function record(outcome: Outcome): void {
  const { entity, seen, predictions } = outcome
  const { ref } = entity.model
  outcome.endpoint.recorder?.add({
    requestId: newId(),
    clientRequestId: seen.request?.clientRequestId,
    entity: entity.name,
    model: ref.name,
    version: ref.version,
    rows: predictions ? seen.bound?.rows : undefined,
    columns: seen.bound?.columns,
    body: predictions ? undefined : outcome.body.slice(0, 10_000),
    predictions,
    error: outcome.error === undefined ? undefined : String((outcome.error as Error).message),
    status: outcome.status ?? 200,
    latencyMs: outcome.latencyMs,
  })
}

/** What answers for this name. Waits for a model that is just being loaded. */
export async function getLiveEndpoint(ctx: Ctx, name: string): Promise<LiveEndpoint> {
  const { live } = roomOf(ctx)
  const now = live.get(name)
  if (now) return now
  await whenDeployed(ctx, name)
  const loaded = live.get(name)
  if (loaded) return loaded
  const endpoint = await findEndpoint(ctx.db, name)
  if (!endpoint) throw servingErrors.SERVING_ENDPOINT_NOT_FOUND(name)
  const state = endpoint.message || 'its model is being loaded'
  throw servingErrors.SERVING_ENDPOINT_NOT_READY(name, state)
}

/** The one endpoint that plain `/invocations` can mean. */
export async function getOnlyEndpoint(ctx: Ctx): Promise<LiveEndpoint> {
  const { live } = roomOf(ctx)
  const names =
    live.size === 1 ? [...live.keys()] : (await listEndpointRows(ctx.db)).map((e) => e.name)
  const [only] = names
  if (only === undefined || names.length > 1) throw servingErrors.SERVING_ENDPOINT_AMBIGUOUS(names)
  return getLiveEndpoint(ctx, only)
}
