import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Ctx } from './ctx.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's context: its principal, and a logger that carries the request id. */
    ctx: Ctx
  }
}

/** A Fastify app whose handlers are typed from their TypeBox schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** A room's routes. `ctx` is the server's own; a handler uses `request.ctx`. */
export type RoutePlugin = (app: App, options: { readonly ctx: Ctx }) => Promise<void>

/** The base URL under which the caller reached this server, without a trailing slash. */
export function baseUrl(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`
}
