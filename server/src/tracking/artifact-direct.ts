import type { Ctx } from '../core/index.ts'
import { parseArtifactPath } from './artifact-path.ts'
import { getArtifact, storeOf } from './artifact-service.ts'
import type { DirectTransfers, DirectUpload, UploadedPart } from './artifact-stores/store.ts'
import { trackingErrors } from './errors.ts'

const readSeconds = 300
/** As long as a large file may take on a slow line; the URLs of all its parts are made at once. */
const uploadSeconds = 6 * 3600
const maxParts = 10_000

/** Whether clients may go past this server, to the store itself. */
export function canSendDirectly(ctx: Ctx): boolean {
  return storeOf(ctx).direct !== undefined
}

function directOf(ctx: Ctx, what: string): DirectTransfers {
  const { direct } = storeOf(ctx)
  if (!direct) throw trackingErrors.TRACKING_ARTIFACT_WAY_UNSUPPORTED(what)
  return direct
}

export interface PresignedDownload {
  readonly url: string
  readonly size: number
}

/** A URL for five minutes of an artifact that is there. */
export async function presignDownload(ctx: Ctx, path: string): Promise<PresignedDownload> {
  const direct = directOf(ctx, 'Multipart download')
  const checked = parseArtifactPath(path)
  const { size } = await getArtifact(ctx, checked)
  return { url: await direct.presignRead(checked, readSeconds), size }
}

export interface PresignedUpload {
  readonly uploadId: string
  /** One URL a part, in order. */
  readonly urls: readonly string[]
}

/** Begins an upload in so many parts, which the client sends to the store itself. */
export async function createDirectUpload(
  ctx: Ctx,
  path: string,
  parts: number,
): Promise<PresignedUpload> {
  const direct = directOf(ctx, 'Multipart upload')
  if (parts < 1 || parts > maxParts) {
    throw trackingErrors.TRACKING_INVALID(
      `num_parts is ${parts}; an upload has from 1 to ${maxParts} parts`,
    )
  }
  const upload = await direct.createUpload(filePath(path))
  const urls: string[] = []
  for (let number = 1; number <= parts; number += 1) {
    urls.push(await direct.presignPart(upload, { number, seconds: uploadSeconds }))
  }
  return { uploadId: upload.uploadId, urls }
}

export async function completeDirectUpload(
  ctx: Ctx,
  upload: DirectUpload,
  parts: readonly UploadedPart[],
): Promise<void> {
  const direct = directOf(ctx, 'Multipart upload')
  const inOrder = parts.toSorted((a, b) => a.number - b.number)
  await direct.completeUpload({ ...upload, path: filePath(upload.path) }, inOrder)
}

export async function abortDirectUpload(ctx: Ctx, upload: DirectUpload): Promise<void> {
  const direct = directOf(ctx, 'Multipart upload')
  await direct.abortUpload({ ...upload, path: filePath(upload.path) })
}

function filePath(path: string): string {
  const checked = parseArtifactPath(path)
  if (checked === '') throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(path)
  return checked
}
