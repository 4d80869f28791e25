import type { Db } from '../core/index.ts'
import type { VersionRow } from './version-store.ts'
import { deletedStage } from './tables.ts'
import type { ModelVersion, Stage } from './types.ts'

/** As many as a statement has room for parameters. */
const loadedAtOnce = 5_000

/** The versions of rows, in their order, with tags and aliases. */
export async function loadVersions(db: Db, rows: readonly VersionRow[]): Promise<ModelVersion[]> {
  const versions: ModelVersion[] = []
  for (let from = 0; from < rows.length; from += loadedAtOnce) {
    versions.push(...(await loadSome(db, rows.slice(from, from + loadedAtOnce))))
  }
  return versions
}

async function loadSome(db: Db, rows: readonly VersionRow[]): Promise<ModelVersion[]> {
  const ids = rows.map((row) => row.id)
  const tags = await db
    .selectFrom('registry_version_tag')
    .selectAll()
    .where('version', 'in', ids)
    .orderBy('key')
    .execute()
  const models = [...new Set(rows.map((row) => row.model))]
  const aliases = await db
    .selectFrom('registry_alias')
    .selectAll()
    .where('model', 'in', models)
    .orderBy('alias')
    .execute()
  const tagsOf = Map.groupBy(tags, (tag) => tag.version)
  const aliasesOf = Map.groupBy(aliases, (alias) => `${alias.model}/${alias.version}`)
  return rows.map((row) => ({
    name: row.name,
    version: row.version,
    stage: row.stage as Stage,
    description: row.description,
    userId: row.user_id,
    source: row.source,
    storageUri: row.storage_uri,
    runId: row.run_id,
    runLink: row.run_link,
    modelId: row.model_id,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    tags: (tagsOf.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
    aliases: (aliasesOf.get(`${row.model}/${row.version}`) ?? []).map((alias) => alias.alias),
  }))
}

/** Every version of a model that is not deleted, oldest first. */
export async function listVersionRows(db: Db, models: readonly number[]): Promise<VersionRow[]> {
  if (models.length === 0) return []
  return db
    .selectFrom('registry_version as v')
    .innerJoin('registry_model as m', 'm.id', 'v.model')
    .selectAll('v')
    .select('m.name')
    .where('v.model', 'in', models)
    .where('v.stage', '<>', deletedStage)
    .orderBy('v.model')
    .orderBy('v.version')
    .execute()
}

/** The newest version of each stage that has one, oldest first. */
export async function listLatestRows(db: Db, models: readonly number[]): Promise<VersionRow[]> {
  if (models.length === 0) return []
  return db
    .selectFrom('registry_version as v')
    .innerJoin('registry_model as m', 'm.id', 'v.model')
    .selectAll('v')
    .select('m.name')
    .where('v.id', 'in', (eb) =>
      eb
        .selectFrom('registry_version')
        .select((e) => e.fn.max('id').as('id'))
        .where('model', 'in', models)
        .where('stage', '<>', deletedStage)
        .groupBy(['model', 'stage']),
    )
    .orderBy('v.model')
    .orderBy('v.version')
    .execute()
}

/** Versions of a model in one stage. */
export async function listRowsInStage(db: Db, model: number, stage: Stage): Promise<VersionRow[]> {
  return db
    .selectFrom('registry_version as v')
    .innerJoin('registry_model as m', 'm.id', 'v.model')
    .selectAll('v')
    .select('m.name')
    .where('v.model', '=', model)
    .where('v.stage', '=', stage)
    .orderBy('v.version')
    .execute()
}
