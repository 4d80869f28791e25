import { Type } from 'typebox'
import { baseUrl, type App, type RoutePlugin } from '../core/index.ts'
import { encodeEndpoint, encodeSummary } from './endpoint-encoder.ts'
import {
  CreateEndpointRequest,
  parseConfig,
  PatchTagsRequest,
  UpdateConfigRequest,
} from './endpoint-schema.ts'
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
  patchTags,
  updateConfig,
} from './endpoint-service.ts'
import { servingErrors } from './errors.ts'
import { describeEndpoint } from './openapi.ts'
import { roomOf } from './room.ts'
import type { Entity } from './types.ts'

const prefix = '/api/2.0/serving-endpoints'
const one = Type.Object({ name: Type.String({ description: 'Of the endpoint.' }) })
const served = Type.Object({
  name: Type.String({ description: 'Of the endpoint.' }),
  entity: Type.String({ description: 'Name of a served entity.' }),
})

/** The Databricks serving-endpoints API. */
export const endpointRoutes: RoutePlugin = async (app) => {
  app.post(prefix, { schema: { body: CreateEndpointRequest } }, async (request) => {
    const { name, config, tags = [], description = '' } = request.body
    const endpoint = await createEndpoint(request.ctx, {
      name,
      config: parseConfig(name, config),
      tags: tags.map(({ key, value = '' }) => ({ key, value })),
      description,
    })
    return encodeEndpoint(request.ctx, endpoint, baseUrl(request))
  })

  app.get(prefix, async (request) => {
    const endpoints = await listEndpoints(request.ctx)
    return { endpoints: endpoints.map((endpoint) => encodeSummary(request.ctx, endpoint)) }
  })

  app.get(`${prefix}/:name`, { schema: { params: one } }, async (request) => {
    const endpoint = await getEndpoint(request.ctx, request.params.name)
    return encodeEndpoint(request.ctx, endpoint, baseUrl(request))
  })

  const change = { schema: { params: one, body: UpdateConfigRequest } }
  app.put(`${prefix}/:name/config`, change, async (request) => {
    const { name } = request.params
    const config = parseConfig(name, request.body)
    const endpoint = await updateConfig(request.ctx, name, config)
    return encodeEndpoint(request.ctx, endpoint, baseUrl(request))
  })

  app.delete(`${prefix}/:name`, { schema: { params: one } }, async (request) => {
    await deleteEndpoint(request.ctx, request.params.name)
    return {}
  })

  const tagging = { schema: { params: one, body: PatchTagsRequest } }
  app.patch(`${prefix}/:name/tags`, tagging, async (request) => {
    const { add_tags: add = [], delete_tags: remove = [] } = request.body
    const tags = await patchTags(request.ctx, request.params.name, {
      add: add.map(({ key, value = '' }) => ({ key, value })),
      remove,
    })
    return { tags }
  })

  reportRoutes(app)
}

/** What an endpoint says of itself: figures, OpenAPI, logs. */
function reportRoutes(app: App): void {
  app.get(`${prefix}/:name/metrics`, { schema: { params: one } }, async (request, reply) => {
    const { name } = request.params
    await getEndpoint(request.ctx, name)
    const { live, metrics } = roomOf(request.ctx)
    const recorder = live.get(name)?.recorder?.figures
    const gauges = recorder
      ? {
          recorder_held_requests: recorder.held,
          recorder_written_requests_total: recorder.written,
          recorder_dropped_requests_total: recorder.dropped,
        }
      : {}
    reply.type('text/plain; version=0.0.4; charset=utf-8')
    return metrics.get(name)?.format(name, gauges) ?? ''
  })

  app.get(`${prefix}/:name/openapi`, { schema: { params: one } }, async (request) => {
    const { name } = request.params
    await getEndpoint(request.ctx, name)
    const entities = roomOf(request.ctx).live.get(name)?.entities ?? []
    return describeEndpoint(
      { name, url: baseUrl(request) },
      entities.map(({ model }) => model.file),
    )
  })

  const path = `${prefix}/:name/served-models/:entity`
  app.get(`${path}/build-logs`, { schema: { params: served } }, async (request) => {
    const { name, entity } = request.params
    const known = findEntity(await getEndpoint(request.ctx, name), entity)
    const loaded = roomOf(request.ctx)
      .live.get(name)
      ?.entities.find((live) => live.name === entity)
    const verdict = loaded ? JSON.stringify(loaded.model.conversion, undefined, 2) : ''
    return { logs: [known.state, known.message, verdict].filter((part) => part).join('\n') }
  })

  app.get(`${path}/logs`, { schema: { params: served } }, async (request) => {
    const { name, entity } = request.params
    const { state, message } = findEntity(await getEndpoint(request.ctx, name), entity)
    return { logs: [state, message].filter((part) => part).join('\n') }
  })
}

function findEntity(endpoint: Awaited<ReturnType<typeof getEndpoint>>, name: string): Entity {
  const entities = [...(endpoint.pending?.entities ?? []), ...(endpoint.live?.entities ?? [])]
  const found = entities.find((entity) => entity.name === name)
  if (found) return found
  const known = entities.map((entity) => entity.name)
  throw servingErrors.SERVING_ENTITY_NOT_FOUND(endpoint.name, name, known)
}
