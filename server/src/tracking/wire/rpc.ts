// Adds tags, summary and hide to route schemas.
import type {} from '@fastify/swagger'
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { App, Ctx } from '../../core/index.ts'
import { trackingErrors } from '../errors.ts'
import { decode, jsonSchema, type Decoded, type Shape } from './fields.ts'

export interface Call {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** One MLflow RPC, served under `/api/{major}.0` and `/ajax-api/{major}.0` alike. */
export interface Rpc<S extends Shape> {
  /** MLflow's name of the call. */
  readonly id: string
  readonly method: Extract<HTTPMethods, 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT'>
  /** Below the version, for example `/mlflow/runs/create`; `:name` marks a field in the path. */
  readonly path: string
  /** @default 2 */
  readonly major?: 2 | 3
  readonly summary: string
  readonly request: S
  /** The answer's JSON: an object, or text or bytes that are JSON already. */
  readonly handle: (ctx: Ctx, input: Decoded<S>, call: Call) => Promise<object | string | Buffer>
}

/** Registers one RPC. The app must have been through `acceptMlflowJson`. */
export function rpc<S extends Shape>(app: App, definition: Rpc<S>): void {
  const { method, path, request: shape, handle } = definition
  const major = definition.major ?? 2
  const described = jsonSchema(shape)
  const reads = method === 'GET' ? { querystring: described } : { body: described }
  for (const prefix of ['api', 'ajax-api']) {
    app.route({
      method,
      url: `/${prefix}/${major}.0${path}`,
      schema: {
        operationId: prefix === 'api' ? definition.id : `${definition.id}Ajax`,
        summary: definition.summary,
        tags: ['mlflow'],
        hide: prefix !== 'api',
        ...reads,
      },
      // The shape reads and complains the way MLflow does; the schema is its description.
      validatorCompiler: () => () => true,
      handler: async (request, reply) => {
        const input = decode(shape, collect(request, shape))
        const answer = await handle(request.ctx, input, { request, reply })
        if (reply.sent) return reply
        reply.type('application/json; charset=utf-8')
        const isJson = typeof answer === 'string' || Buffer.isBuffer(answer)
        return isJson ? answer : JSON.stringify(answer)
      },
    })
  }
}

function collect(request: FastifyRequest, shape: Shape): Record<string, unknown> {
  const body = request.body
  const params = request.params as Record<string, unknown>
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return { ...body, ...params }
  }
  return { ...fromQuery(request.query as Record<string, unknown>, shape), ...params }
}

/** Repeated fields that came once are lists of one; other fields that came twice keep the last. */
function fromQuery(query: Record<string, unknown>, shape: Shape): Record<string, unknown> {
  const collected: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(query)) {
    const wantsList = shape[name]?.repeated === true
    if (wantsList) collected[name] = Array.isArray(value) ? value : [value]
    else collected[name] = Array.isArray(value) ? value.at(-1) : value
  }
  return collected
}

/**
 * Bodies as MLflow's server takes them: JSON, JSON inside a JSON text (old clients), and nothing or
 * broken JSON for an empty message, which then fails for what it misses.
 */
export function acceptMlflowJson(app: App): void {
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    done(null, parseLenient(body as string))
  })
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(trackingErrors.TRACKING_BODY_NOT_JSON(), undefined)
  })
}

function parseLenient(body: string): unknown {
  const value = parseOrNothing(body)
  return (typeof value === 'string' ? parseOrNothing(value) : value) ?? {}
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
