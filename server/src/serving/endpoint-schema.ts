import { Type, type Static } from 'typebox'
import { servingErrors } from './errors.ts'
import { WorkloadSize, type CaptureConfig, type ConfigSpec, type EntitySpec } from './types.ts'

const entityOptions = {
  name: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'Unique within the endpoint; <entity_name>-<entity_version> when absent.',
    }),
  ),
  workload_size: Type.Optional(
    Type.Enum(WorkloadSize, {
      description: 'Worker processes of a Python model: 1, 2 or 4. Default Small.',
    }),
  ),
  workload_type: Type.Optional(
    Type.Literal('CPU', { description: 'This server has processors only.' }),
  ),
  scale_to_zero_enabled: Type.Optional(
    Type.Boolean({
      description: 'Ends the worker processes of a Python model after 30 idle minutes.',
    }),
  ),
  environment_vars: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'Environment variables of the worker processes of a Python model.',
    }),
  ),
}

const ServedEntity = Type.Object(
  {
    entity_name: Type.String({ minLength: 1, description: 'Registered model name.' }),
    entity_version: Type.String({ description: 'Version number, as text.' }),
    ...entityOptions,
  },
  { additionalProperties: false },
)

const ServedModel = Type.Object(
  {
    model_name: Type.String({ minLength: 1, description: 'Registered model name.' }),
    model_version: Type.String({ description: 'Version number, as text.' }),
    ...entityOptions,
  },
  { additionalProperties: false, description: 'The older spelling of a served entity.' },
)

const Route = Type.Object(
  {
    served_model_name: Type.Optional(Type.String({ description: 'Name of a served entity.' })),
    served_entity_name: Type.Optional(Type.String({ description: 'Name of a served entity.' })),
    traffic_percentage: Type.Integer({ minimum: 0, maximum: 100 }),
  },
  { additionalProperties: false },
)

const AutoCapture = Type.Object(
  {
    catalog_name: Type.Optional(Type.String({ description: 'Default main.' })),
    schema_name: Type.Optional(Type.String({ description: 'Default default.' })),
    table_name_prefix: Type.Optional(
      Type.String({ description: 'The table is <prefix>_payload. Default: the endpoint name.' }),
    ),
    enabled: Type.Optional(Type.Boolean({ description: 'Default true.' })),
  },
  { additionalProperties: false, description: 'Records requests and answers to a table.' },
)

const configFields = {
  served_entities: Type.Optional(Type.Array(ServedEntity, { minItems: 1, maxItems: 10 })),
  served_models: Type.Optional(Type.Array(ServedModel, { minItems: 1, maxItems: 10 })),
  traffic_config: Type.Optional(
    Type.Object({ routes: Type.Array(Route) }, { additionalProperties: false }),
  ),
  auto_capture_config: Type.Optional(AutoCapture),
}

export const UpdateConfigRequest = Type.Object(configFields, { additionalProperties: false })
type UpdateConfigRequest = Static<typeof UpdateConfigRequest>

export const EndpointTag = Type.Object(
  { key: Type.String({ minLength: 1 }), value: Type.Optional(Type.String()) },
  { additionalProperties: false },
)

export const CreateEndpointRequest = Type.Object(
  {
    name: Type.String({ description: 'Letters, digits, - and _; at most 63.' }),
    config: Type.Object(
      { name: Type.Optional(Type.String()), ...configFields },
      { additionalProperties: false },
    ),
    tags: Type.Optional(Type.Array(EndpointTag)),
    description: Type.Optional(Type.String()),
    route_optimized: Type.Optional(
      Type.Literal(false, { description: 'There is one route here, and it is the short one.' }),
    ),
  },
  { additionalProperties: false },
)

export const PatchTagsRequest = Type.Object(
  {
    add_tags: Type.Optional(Type.Array(EndpointTag)),
    delete_tags: Type.Optional(Type.Array(Type.String())),
  },
  { additionalProperties: false },
)

/** Reads either spelling of a config; refuses what does not add up. */
export function parseConfig(name: string, body: UpdateConfigRequest): ConfigSpec {
  const entities = readEntities(body)
  const names = entities.map((entity) => entity.name)
  const twice = names.find((entity, i) => names.indexOf(entity) !== i)
  if (twice !== undefined) {
    throw servingErrors.SERVING_CONFIG_INVALID(`Two served entities are named '${twice}'`)
  }
  const shares = readTraffic(names, body.traffic_config?.routes)
  return {
    entities: entities.map((entity) => ({
      ...entity,
      trafficPercentage: shares.get(entity.name) ?? 0,
    })),
    capture: body.auto_capture_config && readCapture(name, body.auto_capture_config),
  }
}

function readEntities(body: UpdateConfigRequest): Omit<EntitySpec, 'trafficPercentage'>[] {
  const { served_entities: entities, served_models: models } = body
  if ((entities === undefined) === (models === undefined)) {
    throw servingErrors.SERVING_CONFIG_INVALID(
      "A config needs exactly one of 'served_entities' and 'served_models'",
    )
  }
  const asked = [
    ...(entities ?? []).map((e) => ({ ...e, model: e.entity_name, version: e.entity_version })),
    ...(models ?? []).map((m) => ({ ...m, model: m.model_name, version: m.model_version })),
  ]
  return asked.map((entity) => {
    const version = Number(entity.version)
    if (!/^[1-9]\d*$/.test(entity.version) || !Number.isSafeInteger(version)) {
      throw servingErrors.SERVING_CONFIG_INVALID(
        `'${entity.version}' is not a version of ${entity.model}; an endpoint serves a version by its number. Resolve an alias or a stage first`,
      )
    }
    const secret = Object.entries(entity.environment_vars ?? {}).find(([, value]) =>
      value.includes('{{secrets/'),
    )
    if (secret) {
      throw servingErrors.SERVING_CONFIG_INVALID(
        `environment_vars.${secret[0]} refers to a secret, which endpoints cannot read yet; give its value`,
      )
    }
    return {
      name: entity.name ?? `${entity.model}-${entity.version}`,
      model: { name: entity.model, version },
      workloadSize: entity.workload_size ?? WorkloadSize.Small,
      scaleToZero: entity.scale_to_zero_enabled ?? false,
      environmentVars: entity.environment_vars ?? {},
    }
  })
}

function readTraffic(
  names: readonly string[],
  routes: readonly Static<typeof Route>[] | undefined,
): Map<string, number> {
  if (!routes) {
    if (names.length > 1) {
      throw servingErrors.SERVING_CONFIG_INVALID(
        `traffic_config.routes must share 100 percent among [${names.join(', ')}]`,
      )
    }
    return new Map(names.map((name) => [name, 100]))
  }
  const shares = new Map<string, number>()
  for (const route of routes) {
    const name = route.served_entity_name ?? route.served_model_name
    if (name === undefined || !names.includes(name) || shares.has(name)) {
      throw servingErrors.SERVING_CONFIG_INVALID(
        `traffic_config.routes names '${name ?? 'nothing'}'; it must name each of [${names.join(', ')}] at most once`,
      )
    }
    shares.set(name, route.traffic_percentage)
  }
  const sum = [...shares.values()].reduce((a, b) => a + b, 0)
  if (sum !== 100) {
    throw servingErrors.SERVING_CONFIG_INVALID(
      `traffic_config.routes must add up to 100 percent; found ${sum}`,
    )
  }
  return shares
}

function readCapture(endpoint: string, asked: Static<typeof AutoCapture>): CaptureConfig {
  return {
    catalog: asked.catalog_name ?? 'main',
    schema: asked.schema_name ?? 'default',
    prefix: asked.table_name_prefix ?? endpoint,
    enabled: asked.enabled ?? true,
  }
}
