/** Versions of another server's models, with their numbers, times and stages. */
import { appendAudit } from '../auth/index.ts'
import { inTransaction, type Ctx } from '../core/index.ts'
import type { KeyValue } from '../tracking/index.ts'
import { registryErrors } from './errors.ts'
import {
  findModelRow,
  insertModel,
  raiseLastVersion,
  upsertAlias,
  upsertModelTag,
} from './model-store.ts'
import { findProtectionRow } from './request-store.ts'
import { Stage, type Alias } from './types.ts'
import { checkAlias, checkModelName, checkTag, promptTag } from './validation.ts'
import { resolveSource } from './version-source.ts'
import {
  insertVersion,
  isNumberTaken,
  updateVersionRow,
  upsertVersionTag,
} from './version-store.ts'

export interface ImportedVersion {
  readonly version: number
  /** As for a new version; storage URIs are those here. */
  readonly source: string
  readonly runId: string
  readonly modelId: string
  readonly runLink: string
  readonly stage: Stage
  readonly description: string
  readonly userId: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly KeyValue[]
}

export interface ImportedModel {
  readonly name: string
  readonly description: string
  readonly userId: string
  readonly createdAt: number
  readonly tags: readonly KeyValue[]
  readonly aliases: readonly Alias[]
  readonly versions: readonly ImportedVersion[]
}

/**
 * Adds a model with its versions; answers how many versions are new. Numbers that are taken are left as
 * they are. Nobody is notified: what is imported happened elsewhere. A protected stage is refused.
 */
export async function importModel(ctx: Ctx, model: ImportedModel): Promise<number> {
  checkModelName(model.name)
  for (const tag of [...model.tags, ...model.versions.flatMap(({ tags }) => tags)]) checkTag(tag)
  for (const { alias } of model.aliases) checkAlias(alias)
  return inTransaction(ctx, async (tx) => {
    const id = await ensureModel(tx, model)
    let added = 0
    for (const version of model.versions) {
      if (await isNumberTaken(tx.db, id, version.version)) continue
      await importVersion(tx, { ...version, model, id })
      added += 1
    }
    for (const alias of model.aliases) await upsertAlias(tx.db, { model: id, ...alias })
    if (added > 0) {
      await appendAudit(tx, {
        action: 'registry.model_imported',
        subject: `model:${model.name}`,
        data: { versions: model.versions.map(({ version, stage }) => ({ version, stage })) },
      })
    }
    return added
  })
}

async function ensureModel(tx: Ctx, model: ImportedModel): Promise<number> {
  const known = await findModelRow(tx.db, model.name)
  if (known) return known.id
  const made = await insertModel(tx.db, model)
  if (!made) throw registryErrors.REGISTRY_MODEL_EXISTS(model.name)
  for (const tag of model.tags) await upsertModelTag(tx.db, made.id, tag)
  return made.id
}

interface Placed extends ImportedVersion {
  readonly model: ImportedModel
  readonly id: number
}

async function importVersion(tx: Ctx, { model, id, ...version }: Placed): Promise<void> {
  const { stage } = version
  if (stage !== Stage.None && (await findProtectionRow(tx.db, model.name, stage))) {
    throw registryErrors.REGISTRY_STAGE_PROTECTED(model.name, version.version, stage)
  }
  const { source, runId, modelId } = version
  const isPrompt = model.tags.some(({ key, value }) => key === promptTag && value === 'true')
  const resolved = isPrompt
    ? { source, runId, modelId, storageUri: source }
    : await resolveSource(tx, { source, runId, modelId })
  const row = await insertVersion(tx.db, { ...version, ...resolved, model: id })
  await updateVersionRow(tx.db, row, { stage, updatedAt: version.updatedAt })
  for (const tag of version.tags) await upsertVersionTag(tx.db, row, tag)
  await raiseLastVersion(tx.db, id, version.version)
}
