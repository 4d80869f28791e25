import type { FastifyRequest } from 'fastify'
import type { App } from '../core/index.ts'
import {
  abortDirectUpload,
  completeDirectUpload,
  createDirectUpload,
  presignDownload,
} from './artifact-direct.ts'
import { f } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'

/** What MLflow's clients ask of the artifact proxy to go past it, to the store itself. */
export function artifactDirectRoutes(app: App): void {
  rpc(app, {
    id: 'createMultipartUpload',
    method: 'POST',
    path: '/mlflow-artifacts/mpu/create/*',
    summary: 'Begins an upload in parts; answers one presigned URL a part.',
    request: { path: f.text.required, num_parts: f.int.or(1) },
    handle: async (ctx, input, { request }) => {
      const target = targetOf(request, input.path)
      const { uploadId, urls } = await createDirectUpload(ctx, target, input.num_parts)
      const credentials = urls.map((url, i) => ({ url, part_number: i + 1, headers: {} }))
      return { upload_id: uploadId, credentials }
    },
  })
  rpc(app, {
    id: 'completeMultipartUpload',
    method: 'POST',
    path: '/mlflow-artifacts/mpu/complete/*',
    summary: 'Makes the file of the parts that were sent.',
    request: {
      path: f.text.required,
      upload_id: f.text.required,
      parts: f.list(f.message({ part_number: f.int.required, etag: f.text.required }).required)
        .required,
    },
    handle: async (ctx, input, { request }) => {
      const upload = { path: targetOf(request, input.path), uploadId: input.upload_id }
      const parts = input.parts.map((part) => ({ number: part.part_number, etag: part.etag }))
      await completeDirectUpload(ctx, upload, parts)
      return {}
    },
  })
  rpc(app, {
    id: 'abortMultipartUpload',
    method: 'POST',
    path: '/mlflow-artifacts/mpu/abort/*',
    summary: 'Drops the parts that were sent.',
    request: { path: f.text.required, upload_id: f.text.required },
    handle: async (ctx, input, { request }) => {
      await abortDirectUpload(ctx, {
        path: targetOf(request, input.path),
        uploadId: input.upload_id,
      })
      return {}
    },
  })
  rpc(app, {
    id: 'getPresignedDownloadUrl',
    method: 'GET',
    path: '/mlflow-artifacts/presigned/*',
    summary: 'A URL from which the file can be fetched for five minutes.',
    request: {},
    handle: async (ctx, _input, { request }) => {
      const { url, size } = await presignDownload(ctx, pathOf(request))
      return { url, headers: {}, file_size: size }
    },
  })
}

function pathOf(request: FastifyRequest): string {
  return (request.params as Readonly<Record<string, string>>)['*'] ?? ''
}

/** The folder is in the address; of the file's path on the client's disk only the name counts. */
function targetOf(request: FastifyRequest, localPath: string): string {
  const name = localPath.split(/[/\\]/).at(-1) ?? ''
  const folder = pathOf(request).replace(/\/+$/, '')
  return folder === '' ? name : `${folder}/${name}`
}
