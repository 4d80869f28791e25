import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App, RoutePlugin } from '../core/index.ts'
import { listEndpoints } from './endpoint-service.ts'
import { getLiveEndpoint, getOnlyEndpoint, invoke } from './invocation-service.ts'
import type { LiveEndpoint } from './live-endpoint.ts'
import { roomOf } from './room.ts'

/** MLflow's scoring protocol. The body is read as text and parsed by the protocol's own rules. */
export const invocationRoutes: RoutePlugin = async (app, { ctx }) => {
  await app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    // A logger with the request's id for each request costs more than a small model does.
    scope.setChildLoggerFactory((logger) => logger)
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
      done(null, body)
    })

    const { live } = roomOf(ctx)
    scope.post('/serving-endpoints/:name/invocations', async (request, reply) => {
      const { name } = request.params as { readonly name: string }
      return answer(request, reply, live.get(name) ?? (await getLiveEndpoint(request.ctx, name)))
    })

    scope.post('/invocations', async (request, reply) =>
      answer(request, reply, await getOnlyEndpoint(request.ctx)),
    )
  })

  app.get('/ping', async (request, reply) => {
    const endpoints = await listEndpoints(request.ctx)
    const isReady = endpoints.every(({ name }) => roomOf(request.ctx).live.has(name))
    return reply
      .code(isReady ? 200 : 503)
      .type('text/plain')
      .send('\n')
  })
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: LiveEndpoint,
): Promise<FastifyReply> {
  const { body, servedName } = await invoke({
    endpoint,
    body: typeof request.body === 'string' ? request.body : '',
    contentType: request.headers['content-type'] ?? '',
  })
  return reply
    .header('served-model-name', servedName)
    .header('content-type', 'application/json; charset=utf-8')
    .send(body)
}
