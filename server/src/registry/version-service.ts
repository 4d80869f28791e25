import { appendEvent, inTransaction, recordEdge, type Ctx } from '../core/index.ts'
import { downloadArtifacts, type KeyValue } from '../tracking/index.ts'
import { appendAudit } from '../auth/index.ts'
import { registryErrors } from './errors.ts'
import './events.ts'
import { getModelRow } from './model-service.ts'
import { deleteAliasesOf, findModelTag, takeVersionNumber } from './model-store.ts'
import { deletedStage } from './tables.ts'
import type { ModelVersion, VersionRef } from './types.ts'
import { checkTag, promptTag } from './validation.ts'
import { listVersionRows, loadVersions } from './version-reads.ts'
import { resolveSource } from './version-source.ts'
import {
  deleteVersionTagRow,
  findVersionRow,
  insertVersion,
  updateVersionRow,
  upsertVersionTag,
  type VersionRow,
} from './version-store.ts'

export interface CreateVersionInput {
  readonly name: string
  /** `models:/m-…`, `models:/<name>/<version>`, `runs:/<run>/<path>` or a storage URI. */
  readonly source: string
  readonly runId?: string | undefined
  readonly runLink?: string | undefined
  readonly modelId?: string | undefined
  readonly description?: string | undefined
  readonly tags?: readonly KeyValue[] | undefined
}

/** Registers the next version of a model; it is ready at once, in stage None. */
export async function createVersion(ctx: Ctx, input: CreateVersionInput): Promise<ModelVersion> {
  const { name, description = '', tags = [] } = input
  for (const tag of tags) checkTag(tag)
  return inTransaction(ctx, async (tx) => {
    const model = await getModelRow(tx, name)
    const asked = { source: input.source, runId: input.runId ?? '', modelId: input.modelId ?? '' }
    // A prompt is its tags; it has no files, and its clients send a made-up source.
    const source = (await isPrompt(tx, model.id, tags))
      ? { ...asked, storageUri: input.source }
      : await resolveSource(tx, asked)
    const createdAt = tx.now().getTime()
    const version = await takeVersionNumber(tx.db, model.id, createdAt)
    const id = await insertVersion(tx.db, {
      ...source,
      model: model.id,
      version,
      description,
      userId: tx.principal.name,
      runLink: input.runLink ?? '',
      createdAt,
    })
    for (const tag of tags) await upsertVersionTag(tx.db, id, tag)
    await recordRegistration(tx, { name, version, ...source })
    await appendEvent(tx, {
      type: 'registry.version_created',
      subject: `model:${name}/${version}`,
      payload: { name, version, run_id: source.runId, source: source.source, description, tags },
    })
    return getVersion(tx, { name, version })
  })
}

async function isPrompt(tx: Ctx, model: number, tags: readonly KeyValue[]): Promise<boolean> {
  const ofModel = await findModelTag(tx.db, model, promptTag)
  const ofVersion = tags.find((tag) => tag.key === promptTag)?.value
  return ofModel === 'true' || ofVersion === 'true'
}

interface Registration extends VersionRef {
  readonly runId: string
  readonly modelId: string
  readonly storageUri: string
}

async function recordRegistration(tx: Ctx, made: Registration): Promise<void> {
  const to = `model:${made.name}/${made.version}` as const
  const data = { model_id: made.modelId, storage_uri: made.storageUri }
  if (made.runId !== '') {
    await recordEdge(tx, { kind: 'REGISTERED', from: `run:${made.runId}`, to, data })
  }
  if (made.modelId !== '') {
    await recordEdge(tx, { kind: 'REGISTERED', from: `logged-model:${made.modelId}`, to })
  }
}

export async function getVersion(ctx: Ctx, ref: VersionRef): Promise<ModelVersion> {
  const [version] = await loadVersions(ctx.db, [await getVersionRow(ctx, ref)])
  if (!version) throw registryErrors.REGISTRY_VERSION_NOT_FOUND(ref.name, ref.version)
  return version
}

export async function getVersionRow(ctx: Ctx, ref: VersionRef): Promise<VersionRow> {
  const row = await findVersionRow(ctx.db, ref.name, ref.version)
  if (!row) throw registryErrors.REGISTRY_VERSION_NOT_FOUND(ref.name, ref.version)
  return row
}

/** Every version of a model, oldest first. */
export async function listVersions(ctx: Ctx, name: string): Promise<ModelVersion[]> {
  const model = await getModelRow(ctx, name)
  return loadVersions(ctx.db, await listVersionRows(ctx.db, [model.id]))
}

export async function describeVersion(
  ctx: Ctx,
  ref: VersionRef,
  description: string,
): Promise<ModelVersion> {
  return inTransaction(ctx, async (tx) => {
    const { id } = await getVersionRow(tx, ref)
    await updateVersionRow(tx.db, id, { description, updatedAt: tx.now().getTime() })
    return getVersion(tx, ref)
  })
}

/** Deletes a version; its number is never given out again. */
export async function deleteVersion(ctx: Ctx, ref: VersionRef): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const row = await getVersionRow(tx, ref)
    const updatedAt = tx.now().getTime()
    await updateVersionRow(tx.db, row.id, { stage: deletedStage, updatedAt })
    await deleteAliasesOf(tx.db, row.model, row.version)
    await appendAudit(tx, {
      action: 'registry.version_deleted',
      subject: `model:${ref.name}/${ref.version}`,
      data: { stage: row.stage },
    })
  })
}

/** Sets a tag of a version. */
export async function setVersionTag(ctx: Ctx, ref: VersionRef, tag: KeyValue): Promise<void> {
  checkTag(tag)
  await inTransaction(ctx, async (tx) => {
    const { id } = await getVersionRow(tx, ref)
    await upsertVersionTag(tx.db, id, tag)
    await appendEvent(tx, {
      type: 'registry.version_tag_set',
      subject: `model:${ref.name}/${ref.version}`,
      payload: { ...nameAndVersion(ref), key: tag.key, value: tag.value },
    })
  })
}

/** A tag that is not there is as good as deleted. */
export async function deleteVersionTag(ctx: Ctx, ref: VersionRef, key: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { id } = await getVersionRow(tx, ref)
    const gone = await deleteVersionTagRow(tx.db, id, key)
    if (!gone) return
    await appendEvent(tx, {
      type: 'registry.version_tag_deleted',
      subject: `model:${ref.name}/${ref.version}`,
      payload: { ...nameAndVersion(ref), key },
    })
  })
}

function nameAndVersion({ name, version }: VersionRef): VersionRef {
  return { name, version }
}

/** Where the files of a version are. */
export async function versionSourceUri(ctx: Ctx, ref: VersionRef): Promise<string> {
  return (await getVersionRow(ctx, ref)).storage_uri
}

/** Copies the files of a version into a folder; answers their paths, relative to it. */
export async function downloadVersion(
  ctx: Ctx,
  ref: VersionRef,
  destDir: string,
): Promise<string[]> {
  return downloadArtifacts(ctx, await versionSourceUri(ctx, ref), destDir)
}
