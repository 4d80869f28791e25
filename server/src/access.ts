import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import {
  authErrors,
  describeResource,
  includes,
  permissionOn,
  readable,
  Permission,
  ResourceType,
  wholeWorkspace,
  type Resource,
} from './auth/index.ts'
import type { App, Ctx } from './core/index.ts'
import { experimentsOf, type Judged } from './evaluation/index.ts'
import { requireOnJob } from './jobs/index.ts'
import { findExperimentOf } from './tracking/index.ts'
import type { Call, Need } from './access-needs.ts'
import { needsOf } from './access-rules.ts'

const open = new Set([
  '/health',
  '/version',
  '/ping',
  '/.well-known/databricks-config',
  'mlflow/server-info',
])

/** Whether a request is answered without knowing who asks, where people log in. */
export function needsNoLogin(ctx: Ctx, request: FastifyRequest): boolean {
  return ctx.config.auth !== 'none' && open.has(routeOf(request))
}

/**
 * The one place where rights are checked, before every handler; without `--auth` it is not there.
 * `access-rules.ts` says what each call needs.
 */
export function guardAccess(app: App, ctx: Ctx): void {
  if (ctx.config.auth === 'none') return
  app.addHook('preValidation', async (request) => {
    if (request.is404 || open.has(routeOf(request)) || request.ctx.principal.isOwner) return
    await narrowSearch(request)
    for (const need of needsOf(toCall(request))) await check(request.ctx, need)
  })
}

async function check(ctx: Ctx, need: Need): Promise<void> {
  const { principal } = ctx
  switch (need.kind) {
    case 'admin':
      throw authErrors.AUTH_OWNER_ONLY(principal.name, 'do this')
    case 'self':
      if (need.user !== principal.name || principal.kind !== 'user') {
        throw authErrors.AUTH_OWNER_ONLY(principal.name, `do this for ${need.user}`)
      }
      return
    case 'on':
      return require(ctx, need.resource, need.level)
    case 'belongs': {
      const id = await findExperimentOf(ctx, need.what)
      if (id === undefined) return
      return require(ctx, { type: ResourceType.Experiment, id }, need.level)
    }
    case 'judged':
      return checkJudged(ctx, need.what, need.level)
    case 'job':
      if (!(await requireOnJob(ctx, need.subject, need.level))) await check(ctx, need.otherwise)
  }
}

async function checkJudged(ctx: Ctx, what: Judged, level: Permission): Promise<void> {
  const experiments = await experimentsOf(ctx, what)
  if (experiments === undefined) return
  const resources: readonly Resource[] =
    experiments.length === 0
      ? [wholeWorkspace]
      : experiments.map((id) => ({ type: ResourceType.Experiment, id }))
  const isRead = level === Permission.Read
  for (const resource of isRead ? resources.slice(0, -1) : []) {
    if (includes(await permissionOn(ctx, resource), level)) return
  }
  for (const resource of isRead ? resources.slice(-1) : resources) {
    await require(ctx, resource, level)
  }
}

async function require(ctx: Ctx, resource: Resource, level: Permission): Promise<void> {
  const held = await permissionOn(ctx, resource)
  if (includes(held, level)) return
  throw authErrors.AUTH_FORBIDDEN({
    principal: ctx.principal.name,
    need: level,
    on: describeResource(resource),
    held,
  })
}

function toCall(request: FastifyRequest): Call {
  const header = request.headers['x-mlflow-experiment-id']
  return {
    method: request.method === 'HEAD' ? 'GET' : request.method,
    path: routeOf(request),
    params: (request.params ?? {}) as Record<string, string>,
    inputs: [request.params, request.query, isBytes(request.body) ? undefined : request.body],
    experimentHeader: typeof header === 'string' && header !== '' ? header : undefined,
  }
}

/** `mlflow/runs/get`, `jobs/create`, `/v1/traces`: without the version prefix of an API. */
function routeOf(request: FastifyRequest): string {
  return (request.routeOptions.url ?? '').replace(/^\/(?:ajax-)?api\/(?:millrace\/)?\d+\.\d+\//, '')
}

function isBytes(body: unknown): boolean {
  return body instanceof Uint8Array || body instanceof Readable
}

const searchesByExperiment = new Set([
  'mlflow/runs/search',
  'tracking/run-groups',
  'mlflow/logged-models/search',
  'mlflow/experiments/search-datasets',
  'mlflow/datasets/search',
  'mlflow/traces/metrics',
  'mlflow/traces/calculate-filter-correlation',
])

/** A search over experiments looks only into those that the caller may read, as MLflow's does. */
async function narrowSearch(request: FastifyRequest): Promise<void> {
  if (!searchesByExperiment.has(routeOf(request))) return
  const body = request.body as { experiment_ids?: unknown } | null | undefined
  if (!Array.isArray(body?.experiment_ids) || body.experiment_ids.length === 0) return
  const mayRead = await readable(request.ctx, ResourceType.Experiment)
  if (!mayRead) return
  const kept = body.experiment_ids.filter((id) => mayRead(String(Number(id))))
  // With none left the check that follows refuses the first one.
  if (kept.length > 0) body.experiment_ids = kept
}
