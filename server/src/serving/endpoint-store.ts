import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { FlavourKind } from './flavours/flavour.ts'
import type { ServingEndpointTable, ServingEntityTable } from './tables.ts'
import {
  ConfigUpdate,
  Deployment,
  type CaptureConfig,
  type ConfigSpec,
  type Endpoint,
  type EndpointConfig,
  type Entity,
  type Tag,
} from './types.ts'

type EndpointRow = Selectable<ServingEndpointTable>

export interface NewEndpoint {
  readonly id: string
  readonly name: string
  readonly creator: string
  readonly createdAt: Date
  readonly tags: readonly Tag[]
  readonly description: string
}

/** False when the name is taken. */
export async function insertEndpoint(db: Db, endpoint: NewEndpoint): Promise<boolean> {
  const at = endpoint.createdAt.getTime()
  const row = await db
    .insertInto('serving_endpoint')
    .values({
      name: endpoint.name,
      id: endpoint.id,
      creator: endpoint.creator,
      created_at: at,
      updated_at: at,
      tags: JSON.stringify(endpoint.tags),
      description: endpoint.description,
      update_state: ConfigUpdate.NotUpdating,
      update_message: '',
      live_config: null,
      pending_config: null,
    })
    .onConflict((c) => c.column('name').doNothing())
    .returning('name')
    .executeTakeFirst()
  return row !== undefined
}

export interface NewConfig {
  readonly endpointId: string
  readonly spec: ConfigSpec
  readonly creator: string
  readonly createdAt: Date
}

/** Adds the next config of an endpoint and makes it the pending one. */
export async function insertPendingConfig(db: Db, config: NewConfig): Promise<number> {
  const { endpointId, spec, creator, createdAt } = config
  const last = await db
    .selectFrom('serving_config')
    .select((eb) => eb.fn.max('version').as('version'))
    .where('endpoint_id', '=', endpointId)
    .executeTakeFirst()
  const version = Number(last?.version ?? 0) + 1
  const at = createdAt.getTime()
  await db
    .insertInto('serving_config')
    .values({
      endpoint_id: endpointId,
      version,
      creator,
      created_at: at,
      capture: spec.capture ? JSON.stringify(spec.capture) : null,
    })
    .execute()
  await db
    .insertInto('serving_entity')
    .values(
      spec.entities.map((entity, position) => ({
        endpoint_id: endpointId,
        config_version: version,
        position,
        name: entity.name,
        model_name: entity.model.name,
        model_version: entity.model.version,
        workload_size: entity.workloadSize,
        scale_to_zero: entity.scaleToZero ? 1 : 0,
        environment_vars: JSON.stringify(entity.environmentVars),
        traffic_percentage: entity.trafficPercentage,
        state: Deployment.Creating,
        message: 'Loading the model',
        flavour: null,
      })),
    )
    .execute()
  await db
    .updateTable('serving_endpoint')
    .set({
      pending_config: version,
      update_state: ConfigUpdate.InProgress,
      update_message: '',
      updated_at: at,
    })
    .where('id', '=', endpointId)
    .execute()
  return version
}

export interface EntityPlace {
  readonly endpointId: string
  readonly configVersion: number
  readonly name: string
}

export async function updateEntity(
  db: Db,
  place: EntityPlace,
  change: Pick<Entity, 'state' | 'message' | 'flavour'>,
): Promise<void> {
  await db
    .updateTable('serving_entity')
    .set({ state: change.state, message: change.message, flavour: change.flavour ?? null })
    .where('endpoint_id', '=', place.endpointId)
    .where('config_version', '=', place.configVersion)
    .where('name', '=', place.name)
    .execute()
}

/** The pending config answers from now on; false when it is not the pending one any more. */
export async function promotePending(
  db: Db,
  place: Omit<EntityPlace, 'name'>,
  at: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('serving_endpoint')
    .set({
      live_config: place.configVersion,
      pending_config: null,
      update_state: ConfigUpdate.NotUpdating,
      update_message: '',
      updated_at: at.getTime(),
    })
    .where('id', '=', place.endpointId)
    .where('pending_config', '=', place.configVersion)
    .executeTakeFirst()
  return numUpdatedRows > 0
}

export async function updateFailed(
  db: Db,
  place: Omit<EntityPlace, 'name'>,
  failure: { readonly message: string; readonly at: Date },
): Promise<void> {
  await db
    .updateTable('serving_endpoint')
    .set({
      update_state: ConfigUpdate.Failed,
      update_message: failure.message,
      updated_at: failure.at.getTime(),
    })
    .where('id', '=', place.endpointId)
    .where('pending_config', '=', place.configVersion)
    .execute()
}

export async function updateTags(db: Db, id: string, tags: readonly Tag[]): Promise<void> {
  await db
    .updateTable('serving_endpoint')
    .set({ tags: JSON.stringify(tags) })
    .where('id', '=', id)
    .execute()
}

export async function deleteEndpointRows(db: Db, id: string): Promise<void> {
  await db.deleteFrom('serving_entity').where('endpoint_id', '=', id).execute()
  await db.deleteFrom('serving_config').where('endpoint_id', '=', id).execute()
  await db.deleteFrom('serving_endpoint').where('id', '=', id).execute()
}

export async function findEndpoint(db: Db, name: string): Promise<Endpoint | undefined> {
  const row = await db
    .selectFrom('serving_endpoint')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst()
  return row && (await withConfigs(db, [row]))[0]
}

/** Every endpoint, by name. */
export async function listEndpointRows(db: Db): Promise<Endpoint[]> {
  const rows = await db.selectFrom('serving_endpoint').selectAll().orderBy('name').execute()
  return withConfigs(db, rows)
}

async function withConfigs(db: Db, rows: readonly EndpointRow[]): Promise<Endpoint[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const configs = await db
    .selectFrom('serving_config')
    .selectAll()
    .where('endpoint_id', 'in', ids)
    .execute()
  const entities = await db
    .selectFrom('serving_entity')
    .selectAll()
    .where('endpoint_id', 'in', ids)
    .orderBy('position')
    .execute()
  const configOf = (id: string, version: number | null): EndpointConfig | undefined => {
    const config = configs.find((c) => c.endpoint_id === id && c.version === version)
    if (!config) return undefined
    return {
      version: config.version,
      creator: config.creator,
      createdAt: new Date(Number(config.created_at)),
      capture: config.capture === null ? undefined : (JSON.parse(config.capture) as CaptureConfig),
      entities: entities
        .filter((e) => e.endpoint_id === id && e.config_version === version)
        .map(toEntity),
    }
  }
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    creator: row.creator,
    createdAt: new Date(Number(row.created_at)),
    updatedAt: new Date(Number(row.updated_at)),
    tags: JSON.parse(row.tags) as Tag[],
    description: row.description,
    update: row.update_state,
    message: row.update_message,
    live: configOf(row.id, row.live_config),
    pending: configOf(row.id, row.pending_config),
  }))
}

function toEntity(row: Selectable<ServingEntityTable>): Entity {
  return {
    name: row.name,
    model: { name: row.model_name, version: row.model_version },
    workloadSize: row.workload_size,
    scaleToZero: row.scale_to_zero === 1,
    environmentVars: JSON.parse(row.environment_vars) as Record<string, string>,
    trafficPercentage: row.traffic_percentage,
    state: row.state,
    message: row.message,
    flavour: (row.flavour ?? undefined) as FlavourKind | undefined,
  }
}
