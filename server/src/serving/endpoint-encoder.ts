import { roomOf } from './room.ts'
import type { Ctx } from '../core/index.ts'
import {
  captureTable,
  ConfigUpdate,
  type CaptureConfig,
  type Endpoint,
  type EndpointConfig,
  type Entity,
} from './types.ts'

type Json = Record<string, unknown>

/** An endpoint as Databricks writes it. `url` is where callers reach this server. */
export function encodeEndpoint(ctx: Ctx, endpoint: Endpoint, url: string): Json {
  const { live, pending } = endpoint
  return {
    ...encodeHead(ctx, endpoint),
    ...(live ? { config: encodeConfig(live) } : {}),
    ...(pending
      ? { pending_config: { ...encodeConfig(pending), start_time: pending.createdAt.getTime() } }
      : {}),
    endpoint_url: `${url}/serving-endpoints/${endpoint.name}/invocations`,
    permission_level: 'CAN_MANAGE',
    route_optimized: false,
    ...(endpoint.message ? { state_message: endpoint.message } : {}),
  }
}

/** The shorter form, for lists. */
export function encodeSummary(ctx: Ctx, endpoint: Endpoint): Json {
  const shown = endpoint.live ?? endpoint.pending
  const entities = shown?.entities ?? []
  return {
    ...encodeHead(ctx, endpoint),
    config: {
      served_entities: entities.map(({ name, model }) => ({
        name,
        entity_name: model.name,
        entity_version: String(model.version),
      })),
      served_models: entities.map(({ name, model }) => ({
        name,
        model_name: model.name,
        model_version: String(model.version),
      })),
    },
  }
}

function encodeHead(ctx: Ctx, endpoint: Endpoint): Json {
  return {
    id: endpoint.id,
    name: endpoint.name,
    creator: endpoint.creator,
    creation_timestamp: endpoint.createdAt.getTime(),
    last_updated_timestamp: endpoint.updatedAt.getTime(),
    tags: endpoint.tags,
    description: endpoint.description,
    state: {
      ready: isReady(ctx, endpoint) ? 'READY' : 'NOT_READY',
      config_update: updateOf(ctx, endpoint),
    },
  }
}

// The database is ahead of the requests for a moment; the update has ended when they see it too.
function updateOf(ctx: Ctx, { name, update }: Endpoint): ConfigUpdate {
  return roomOf(ctx).promoting.has(name) ? ConfigUpdate.InProgress : update
}

// Another server of the same Postgres may have made the live config; then ours is still loading.
function isReady(ctx: Ctx, { name, live, update }: Endpoint): boolean {
  if (!live) return false
  return roomOf(ctx).live.has(name) || update === ConfigUpdate.InProgress
}

function encodeConfig(config: EndpointConfig): Json {
  const { entities } = config
  return {
    config_version: config.version,
    served_entities: entities.map((entity) => ({
      ...encodeEntity(entity, config),
      entity_name: entity.model.name,
      entity_version: String(entity.model.version),
    })),
    served_models: entities.map((entity) => ({
      ...encodeEntity(entity, config),
      model_name: entity.model.name,
      model_version: String(entity.model.version),
    })),
    traffic_config: {
      routes: entities.map(({ name, trafficPercentage }) => ({
        served_model_name: name,
        served_entity_name: name,
        traffic_percentage: trafficPercentage,
      })),
    },
    ...(config.capture ? { auto_capture_config: encodeCapture(config.capture) } : {}),
  }
}

function encodeEntity(entity: Entity, config: EndpointConfig): Json {
  return {
    name: entity.name,
    creator: config.creator,
    creation_timestamp: config.createdAt.getTime(),
    workload_size: entity.workloadSize,
    workload_type: 'CPU',
    scale_to_zero_enabled: entity.scaleToZero,
    environment_vars: entity.environmentVars,
    state: { deployment: entity.state, deployment_state_message: entity.message },
    ...(entity.flavour ? { flavour: entity.flavour } : {}),
  }
}

function encodeCapture(capture: CaptureConfig): Json {
  return {
    catalog_name: capture.catalog,
    schema_name: capture.schema,
    table_name_prefix: capture.prefix,
    enabled: capture.enabled,
    state: {
      payload_table: {
        name: captureTable(capture),
        status: capture.enabled ? 'READY' : 'DISABLED',
      },
    },
  }
}
