import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyRequest,
} from 'fastify'
import { finished } from 'node:stream/promises'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { authMigrations, authRoutes, resolvePrincipal } from './auth/index.ts'
import {
  AppError,
  coreErrors,
  coreMigrations,
  coreRoutes,
  findDiskFull,
  newId,
  type App,
  type Ctx,
  type Migrations,
  type Principal,
  type RoutePlugin,
} from './core/index.ts'
import { guardAccess, needsNoLogin } from './access.ts'
import { guardHost } from './guards.ts'
import { lazyCompilers } from './lazy-schemas.ts'
import { openApi } from './openapi.ts'
import { uiRoutes } from './ui.ts'
import { automlMigrations, automlRoutes } from './automl/index.ts'
import { computeMigrations, computeRoutes } from './compute/index.ts'
import { evaluationMigrations, evaluationRoutes } from './evaluation/index.ts'
import { featuresMigrations, featuresRoutes } from './features/index.ts'
import { gatesMigrations, gatesRoutes } from './gates/index.ts'
import { jobsMigrations, jobsRoutes } from './jobs/index.ts'
import { monitoringMigrations, monitoringRoutes } from './monitoring/index.ts'
import { provenanceMigrations, provenanceRoutes } from './provenance/index.ts'
import { registryMigrations, registryRoutes } from './registry/index.ts'
import { servingMigrations, servingRoutes } from './serving/index.ts'
import { tablesMigrations, tablesRoutes } from './tables/index.ts'
import { trackingMigrations, trackingRoutes } from './tracking/index.ts'
import { webhooksMigrations, webhooksRoutes } from './webhooks/index.ts'
import { workspaceMigrations, workspaceRoutes } from './workspace/index.ts'

/** Composition root: with `platform.ts` the only file that knows every room. */
export const migrations: readonly Migrations[] = [
  coreMigrations,
  authMigrations,
  computeMigrations,
  workspaceMigrations,
  tablesMigrations,
  trackingMigrations,
  evaluationMigrations,
  registryMigrations,
  jobsMigrations,
  featuresMigrations,
  automlMigrations,
  servingMigrations,
  monitoringMigrations,
  gatesMigrations,
  webhooksMigrations,
  provenanceMigrations,
]

const routes: readonly RoutePlugin[] = [
  coreRoutes,
  authRoutes,
  computeRoutes,
  workspaceRoutes,
  tablesRoutes,
  trackingRoutes,
  evaluationRoutes,
  registryRoutes,
  jobsRoutes,
  featuresRoutes,
  automlRoutes,
  servingRoutes,
  monitoringRoutes,
  gatesRoutes,
  webhooksRoutes,
  provenanceRoutes,
  uiRoutes,
]

/** Who asks for what is answered to anyone. */
const nobody: Principal = { name: 'anonymous', kind: 'user', isOwner: false }

const bodyLimitBytes = 64 * 1024 * 1024

export async function buildApp(ctx: Ctx): Promise<App> {
  const app: App = Fastify({
    loggerInstance: ctx.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId(),
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2048, ignoreTrailingSlash: true },
    schemaController: { compilersFactory: lazyCompilers },
    ajv: {
      customOptions: {
        coerceTypes: 'array',
        removeAdditional: false,
        allErrors: false,
        allowUnionTypes: true,
      },
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  mapErrors(app)
  app.decorateRequest('ctx')
  app.addHook('onRequest', async (request) => {
    guardHost(ctx.config, request)
    const principal = needsNoLogin(ctx, request)
      ? nobody
      : await resolvePrincipal(ctx, request.headers.authorization)
    request.ctx = { ...ctx, principal, log: request.log as Ctx['log'] }
  })
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
  })
  guardAccess(app, ctx)
  app.get('/health', async (_request, reply) => reply.type('text/plain').send('OK'))
  await openApi(app)
  await registerRooms(app, ctx)
  return app
}

async function registerRooms(app: App, ctx: Ctx): Promise<void> {
  for (const plugin of routes) await app.register(plugin, { ctx })
}

function mapErrors(app: App): void {
  app.setErrorHandler(async (error: FastifyError | AppError, request, reply) => {
    const known = toAppError(error, request)
    await dropRest(request)
    if (known.status >= 500) request.log.error({ err: error }, known.message)
    if (known.status === 401) reply.header('www-authenticate', 'Basic realm="mlflow"')
    return reply.code(known.status).send({
      error_code: known.wire,
      message: known.message,
      ...(known.details ? { details: known.details } : {}),
    })
  })
  app.setNotFoundHandler((request, reply) => {
    const error = coreErrors.CORE_ENDPOINT_NOT_FOUND(
      request.method,
      request.url.split('?')[0] ?? '',
    )
    return reply.code(error.status).send({ error_code: error.wire, message: error.message })
  })
}

/** A client that is still sending sees the answer only when somebody reads what it sends. */
async function dropRest({ raw }: FastifyRequest): Promise<void> {
  if (raw.complete || raw.destroyed) return
  await finished(raw.resume()).catch(() => {})
}

const brokenOff = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'])

function toAppError(error: FastifyError | AppError, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error
  if (error.validation) return coreErrors.CORE_INVALID_REQUEST(describeValidation(error))
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return coreErrors.CORE_BODY_TOO_LARGE(bodyLimitBytes)
  }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return coreErrors.CORE_UNSUPPORTED_MEDIA_TYPE(error.message)
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return coreErrors.CORE_INVALID_REQUEST(error.message)
  }
  if (request.raw.readableAborted && brokenOff.has(error.code)) {
    return coreErrors.CORE_REQUEST_BROKEN_OFF()
  }
  return findDiskFull(error) ?? coreErrors.CORE_INTERNAL(request.id)
}

function describeValidation(error: FastifyError): string {
  const first = error.validation?.[0]
  if (!first) return error.message
  const where = first.instancePath.slice(1).replaceAll('/', '.')
  const params = first.params as Record<string, unknown>
  if (first.keyword === 'required') {
    const name = [where, String(params['missingProperty'])].filter(Boolean).join('.')
    return `Missing value for required parameter '${name}'. See the API docs for more information about request parameters.`
  }
  if (first.keyword === 'additionalProperties') {
    const name = [where, String(params['additionalProperty'])].filter(Boolean).join('.')
    return `Unknown field '${name}'. Remove it, or check its spelling in /openapi.json`
  }
  return `Invalid value for parameter '${where || error.validationContext}': ${first.message ?? ''}`
}
