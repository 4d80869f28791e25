import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { KeyValue } from '../tracking/index.ts'
import { deletedStage, type RegistryVersionTable } from './tables.ts'
import { Stage, VersionStatus } from './types.ts'

export interface VersionRow extends Selectable<RegistryVersionTable> {
  /** The model's name. */
  readonly name: string
}

export interface NewVersion {
  readonly model: number
  readonly version: number
  readonly description: string
  readonly userId: string
  readonly source: string
  readonly storageUri: string
  readonly runId: string
  readonly runLink: string
  readonly modelId: string
  readonly createdAt: number
}

export async function insertVersion(db: Db, version: NewVersion): Promise<number> {
  const { id } = await db
    .insertInto('registry_version')
    .values({
      model: version.model,
      version: version.version,
      stage: Stage.None,
      description: version.description,
      user_id: version.userId,
      source: version.source,
      storage_uri: version.storageUri,
      run_id: version.runId,
      run_link: version.runLink,
      model_id: version.modelId,
      status: VersionStatus.Ready,
      created_at: version.createdAt,
      updated_at: version.createdAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function findVersionRow(
  db: Db,
  name: string,
  version: number,
): Promise<VersionRow | undefined> {
  return db
    .selectFrom('registry_version as v')
    .innerJoin('registry_model as m', 'm.id', 'v.model')
    .selectAll('v')
    .select('m.name')
    .where('m.name', '=', name)
    .where('v.version', '=', version)
    .where('v.stage', '<>', deletedStage)
    .executeTakeFirst()
}

/** Also by a version that was deleted. */
export async function isNumberTaken(db: Db, model: number, version: number): Promise<boolean> {
  const row = await db
    .selectFrom('registry_version')
    .select('id')
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst()
  return row !== undefined
}

export async function updateVersionRow(
  db: Db,
  id: number,
  changes: {
    readonly stage?: Stage | typeof deletedStage
    readonly description?: string
    readonly updatedAt: number
  },
): Promise<void> {
  await db
    .updateTable('registry_version')
    .set({
      updated_at: changes.updatedAt,
      ...(changes.stage === undefined ? {} : { stage: changes.stage }),
      ...(changes.description === undefined ? {} : { description: changes.description }),
    })
    .where('id', '=', id)
    .execute()
}

export async function upsertVersionTag(db: Db, id: number, tag: KeyValue): Promise<void> {
  await db
    .insertInto('registry_version_tag')
    .values({ version: id, ...tag })
    .onConflict((c) => c.columns(['version', 'key']).doUpdateSet({ value: tag.value }))
    .execute()
}

/** Whether there was such a tag. */
export async function deleteVersionTagRow(db: Db, id: number, key: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('registry_version_tag')
    .where('version', '=', id)
    .where('key', '=', key)
    .returning('key')
    .executeTakeFirst()
  return gone !== undefined
}
