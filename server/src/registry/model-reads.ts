import type { Db } from '../core/index.ts'
import type { ModelRow } from './model-store.ts'
import type { RegisteredModel } from './types.ts'
import { listLatestRows, loadVersions } from './version-reads.ts'

/** The models of rows, in their order, with tags, aliases and the newest version of each stage. */
export async function loadModels(db: Db, rows: readonly ModelRow[]): Promise<RegisteredModel[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const tags = await db
    .selectFrom('registry_model_tag')
    .selectAll()
    .where('model', 'in', ids)
    .orderBy('key')
    .execute()
  const aliases = await db
    .selectFrom('registry_alias')
    .selectAll()
    .where('model', 'in', ids)
    .orderBy('alias')
    .execute()
  const latest = await loadVersions(db, await listLatestRows(db, ids))
  const tagsOf = Map.groupBy(tags, (tag) => tag.model)
  const aliasesOf = Map.groupBy(aliases, (alias) => alias.model)
  const latestOf = Map.groupBy(latest, (version) => version.name)
  return rows.map((row) => ({
    name: row.name,
    description: row.description,
    userId: row.user_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    tags: (tagsOf.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
    aliases: (aliasesOf.get(row.id) ?? []).map(({ alias, version }) => ({ alias, version })),
    latestVersions: latestOf.get(row.name) ?? [],
  }))
}
