import { forgetGrants, grantCreator, moveGrants, ResourceType } from '../auth/index.ts'
import { appendEvent, inTransaction, type Ctx } from '../core/index.ts'
import type { KeyValue } from '../tracking/index.ts'
import { insertActivity } from './activity-store.ts'
import { registryErrors } from './errors.ts'
import './events.ts'
import { loadModels } from './model-reads.ts'
import {
  deleteAliasRow,
  deleteModelRow,
  deleteModelTagRow,
  findAlias,
  findModelRow,
  insertModel,
  updateModelRow,
  upsertAlias,
  upsertModelTag,
  type ModelRow,
} from './model-store.ts'
import { renameProtections } from './request-store.ts'
import {
  ActivityType,
  type ModelVersion,
  type RegisteredModel,
  type Stage,
  type VersionRef,
} from './types.ts'
import { checkAlias, checkModelName, checkTag, parseStage } from './validation.ts'
import { listLatestRows, loadVersions } from './version-reads.ts'
import { findVersionRow } from './version-store.ts'

export interface CreateModelInput {
  readonly name: string
  readonly description?: string | undefined
  readonly tags?: readonly KeyValue[] | undefined
}

export async function createModel(ctx: Ctx, input: CreateModelInput): Promise<RegisteredModel> {
  checkModelName(input.name)
  const { name, description = '', tags = [] } = input
  for (const tag of tags) checkTag(tag)
  return inTransaction(ctx, async (tx) => {
    const createdAt = tx.now().getTime()
    const userId = tx.principal.name
    const row = await insertModel(tx.db, { name, description, userId, createdAt })
    if (!row) throw registryErrors.REGISTRY_MODEL_EXISTS(name)
    for (const tag of tags) await upsertModelTag(tx.db, row.id, tag)
    await grantCreator(tx, { type: ResourceType.RegisteredModel, id: name })
    await appendEvent(tx, {
      type: 'registry.model_created',
      subject: `model:${name}`,
      payload: { name, description, tags },
    })
    return getModel(tx, name)
  })
}

export async function getModel(ctx: Ctx, name: string): Promise<RegisteredModel> {
  const [model] = await loadModels(ctx.db, [await getModelRow(ctx, name)])
  if (!model) throw registryErrors.REGISTRY_MODEL_NOT_FOUND(name)
  return model
}

export async function getModelRow(ctx: Ctx, name: string): Promise<ModelRow> {
  const row = await findModelRow(ctx.db, name)
  if (!row) throw registryErrors.REGISTRY_MODEL_NOT_FOUND(name)
  return row
}

export async function describeModel(
  ctx: Ctx,
  name: string,
  description: string,
): Promise<RegisteredModel> {
  return inTransaction(ctx, async (tx) => {
    const { id } = await getModelRow(tx, name)
    await updateModelRow(tx.db, id, { description, updatedAt: tx.now().getTime() })
    return getModel(tx, name)
  })
}

export async function renameModel(
  ctx: Ctx,
  name: string,
  newName: string,
): Promise<RegisteredModel> {
  checkModelName(newName)
  return inTransaction(ctx, async (tx) => {
    const { id } = await getModelRow(tx, name)
    if (name === newName) return getModel(tx, name)
    if (await findModelRow(tx.db, newName)) throw registryErrors.REGISTRY_MODEL_EXISTS(newName)
    await updateModelRow(tx.db, id, { name: newName, updatedAt: tx.now().getTime() })
    await renameProtections(tx.db, name, newName)
    await moveGrants(tx, { type: ResourceType.RegisteredModel, id: name }, newName)
    return getModel(tx, newName)
  })
}

/** Deletes a model with all its versions, for good. */
export async function deleteModel(ctx: Ctx, name: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { id } = await getModelRow(tx, name)
    await deleteModelRow(tx.db, id)
    await forgetGrants(tx, { type: ResourceType.RegisteredModel, id: name })
  })
}

export async function setModelTag(ctx: Ctx, name: string, tag: KeyValue): Promise<void> {
  checkTag(tag)
  await inTransaction(ctx, async (tx) => {
    const { id } = await getModelRow(tx, name)
    await upsertModelTag(tx.db, id, tag)
  })
}

/** A tag that is not there is as good as deleted. */
export async function deleteModelTag(ctx: Ctx, name: string, key: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { id } = await getModelRow(tx, name)
    await deleteModelTagRow(tx.db, id, key)
  })
}

export interface SetAliasInput extends VersionRef {
  readonly alias: string
}

/** Points an alias at a version; it leaves the version that it pointed at before. */
export async function setAlias(ctx: Ctx, input: SetAliasInput): Promise<void> {
  const { name, version, alias } = input
  checkAlias(alias)
  await inTransaction(ctx, async (tx) => {
    const { id } = await getModelRow(tx, name)
    const row = await findVersionRow(tx.db, name, version)
    if (!row) throw registryErrors.REGISTRY_VERSION_NOT_FOUND(name, version)
    const before = await findAlias(tx.db, id, alias)
    await upsertAlias(tx.db, { model: id, alias, version })
    if (before !== version) {
      if (before !== undefined) await noteAliasGone(tx, { name, version: before, alias })
      await insertActivity(tx, row, { type: ActivityType.AliasSet, systemComment: alias })
    }
    await appendEvent(tx, {
      type: 'registry.alias_set',
      subject: `model:${name}/${version}`,
      payload: { name, alias, version },
    })
  })
}

async function noteAliasGone(tx: Ctx, { name, version, alias }: SetAliasInput): Promise<void> {
  const row = await findVersionRow(tx.db, name, version)
  if (!row) return
  await insertActivity(tx, row, { type: ActivityType.AliasDeleted, systemComment: alias })
}

/** An alias that is not there is as good as deleted. */
export async function deleteAlias(ctx: Ctx, name: string, alias: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { id } = await getModelRow(tx, name)
    const version = await deleteAliasRow(tx.db, id, alias)
    if (version === undefined) return
    await noteAliasGone(tx, { name, version, alias })
    await appendEvent(tx, {
      type: 'registry.alias_deleted',
      subject: `model:${name}/${version}`,
      payload: { name, alias, version },
    })
  })
}

/** `latest` is an alias that everybody has: the newest version, whatever its stage. */
export async function getVersionByAlias(
  ctx: Ctx,
  name: string,
  alias: string,
): Promise<ModelVersion> {
  const model = await getModelRow(ctx, name)
  const version =
    alias === 'latest' ? await newestVersion(ctx, model) : await findAlias(ctx.db, model.id, alias)
  const row = version === undefined ? undefined : await findVersionRow(ctx.db, name, version)
  if (!row) throw registryErrors.REGISTRY_ALIAS_NOT_FOUND(alias)
  const [found] = await loadVersions(ctx.db, [row])
  if (!found) throw registryErrors.REGISTRY_ALIAS_NOT_FOUND(alias)
  return found
}

async function newestVersion(ctx: Ctx, model: ModelRow): Promise<number | undefined> {
  const rows = await listLatestRows(ctx.db, [model.id])
  return rows.at(-1)?.version
}

/** The newest version of each of the stages; of every stage that has one when none is named. */
export async function latestVersions(
  ctx: Ctx,
  name: string,
  stages: readonly string[] = [],
): Promise<ModelVersion[]> {
  const model = await getModelRow(ctx, name)
  const wanted = new Set(stages.map(parseStage))
  const rows = await listLatestRows(ctx.db, [model.id])
  const chosen = rows.filter((row) => wanted.size === 0 || wanted.has(row.stage as Stage))
  return loadVersions(ctx.db, chosen)
}

/** The newest version in a stage; nothing when there is none. */
export async function latestInStage(
  ctx: Ctx,
  name: string,
  stage: Stage,
): Promise<ModelVersion | undefined> {
  return (await latestVersions(ctx, name, [stage]))[0]
}
