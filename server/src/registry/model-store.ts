import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { KeyValue } from '../tracking/index.ts'
import type { RegistryModelTable } from './tables.ts'

export type ModelRow = Selectable<RegistryModelTable>

export interface NewModel {
  readonly name: string
  readonly description: string
  readonly userId: string
  readonly createdAt: number
}

/** Nothing when the name is taken. */
export async function insertModel(db: Db, model: NewModel): Promise<ModelRow | undefined> {
  return db
    .insertInto('registry_model')
    .values({
      name: model.name,
      description: model.description,
      user_id: model.userId,
      last_version: 0,
      created_at: model.createdAt,
      updated_at: model.createdAt,
    })
    .onConflict((c) => c.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
}

export async function findModelRow(db: Db, name: string): Promise<ModelRow | undefined> {
  return db.selectFrom('registry_model').selectAll().where('name', '=', name).executeTakeFirst()
}

/** Gives out the model's next version number; two callers never get the same. */
export async function takeVersionNumber(db: Db, id: number, now: number): Promise<number> {
  const row = await db
    .updateTable('registry_model')
    .set((eb) => ({ last_version: eb('last_version', '+', 1), updated_at: now }))
    .where('id', '=', id)
    .returning('last_version')
    .executeTakeFirstOrThrow()
  return row.last_version
}

/** Versions with numbers of their own: the next one that is given out is beyond them. */
export async function raiseLastVersion(db: Db, id: number, version: number): Promise<void> {
  await db
    .updateTable('registry_model')
    .set({ last_version: version })
    .where('id', '=', id)
    .where('last_version', '<', version)
    .execute()
}

export async function updateModelRow(
  db: Db,
  id: number,
  changes: { readonly name?: string; readonly description?: string; readonly updatedAt: number },
): Promise<void> {
  await db
    .updateTable('registry_model')
    .set({
      updated_at: changes.updatedAt,
      ...(changes.name === undefined ? {} : { name: changes.name }),
      ...(changes.description === undefined ? {} : { description: changes.description }),
    })
    .where('id', '=', id)
    .execute()
}

/** Deletes the model with its versions and everything that was said about them. */
export async function deleteModelRow(db: Db, id: number): Promise<void> {
  await db.deleteFrom('registry_model').where('id', '=', id).execute()
}

export async function upsertModelTag(db: Db, id: number, tag: KeyValue): Promise<void> {
  await db
    .insertInto('registry_model_tag')
    .values({ model: id, ...tag })
    .onConflict((c) => c.columns(['model', 'key']).doUpdateSet({ value: tag.value }))
    .execute()
}

export async function findModelTag(db: Db, id: number, key: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('registry_model_tag')
    .select('value')
    .where('model', '=', id)
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.value
}

export async function deleteModelTagRow(db: Db, id: number, key: string): Promise<void> {
  await db.deleteFrom('registry_model_tag').where('model', '=', id).where('key', '=', key).execute()
}

export async function upsertAlias(
  db: Db,
  alias: { readonly model: number; readonly alias: string; readonly version: number },
): Promise<void> {
  await db
    .insertInto('registry_alias')
    .values(alias)
    .onConflict((c) => c.columns(['model', 'alias']).doUpdateSet({ version: alias.version }))
    .execute()
}

/** The version that the alias pointed at; nothing when there was no such alias. */
export async function deleteAliasRow(
  db: Db,
  model: number,
  alias: string,
): Promise<number | undefined> {
  const gone = await db
    .deleteFrom('registry_alias')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .returning('version')
    .executeTakeFirst()
  return gone?.version
}

export async function deleteAliasesOf(db: Db, model: number, version: number): Promise<void> {
  await db
    .deleteFrom('registry_alias')
    .where('model', '=', model)
    .where('version', '=', version)
    .execute()
}

export async function findAlias(db: Db, model: number, alias: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('registry_alias')
    .select('version')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst()
  return row?.version
}
