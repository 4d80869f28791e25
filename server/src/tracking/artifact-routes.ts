import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { App } from '../core/index.ts'
import { getArtifact, listFolder, putArtifact, removeArtifact } from './artifact-service.ts'
import { joinUri, artifactPathOf } from './artifact-uri.ts'
import { contentTypeOf } from './content-type.ts'
import { trackingErrors } from './errors.ts'
import { getLoggedModel } from './logged-model-service.ts'
import { getRun } from './run-service.ts'
import { list } from './wire/encode.ts'
import { f } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'

const proxyPrefixes = ['/api/2.0/mlflow-artifacts', '/ajax-api/2.0/mlflow-artifacts']

/** MLflow's artifact proxy: files below the artifact root, streamed both ways. */
export function artifactProxyRoutes(app: App): void {
  // The body of an upload is the file, whatever type it claims.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  uploadRoute(app)
  for (const prefix of proxyPrefixes) {
    const url = `${prefix}/artifacts/*`
    const hide = prefix !== proxyPrefixes[0]
    const tags = ['mlflow-artifacts']
    app.get(
      url,
      { schema: { tags, hide, summary: 'Streams a file; honours Range.' } },
      (request, reply) =>
        sendArtifact({ request, reply, path: pathBehind(request, `${prefix}/artifacts/`) }),
    )
    app.put(
      url,
      { schema: { tags, hide, summary: 'Stores the body as a file.' } },
      async (request) => {
        const path = pathBehind(request, `${prefix}/artifacts/`)
        await putArtifact(request.ctx, path, (request.body as Readable | undefined) ?? request.raw)
        return {}
      },
    )
    app.delete(
      url,
      { schema: { tags, hide, summary: 'Deletes a file or folder.' } },
      async (request) => {
        await removeArtifact(request.ctx, pathBehind(request, `${prefix}/artifacts/`))
        return {}
      },
    )
    const querystring = Type.Object({
      path: Type.Optional(Type.String({ description: 'Folder below the artifact root.' })),
    })
    app.get(
      `${prefix}/artifacts`,
      { schema: { tags, hide, querystring, summary: 'Lists a folder.' } },
      async (request) => encodeFiles(await listFolder(request.ctx, request.query.path ?? ''), ''),
    )
  }
}

const uploadLimitBytes = 10 * 1024 * 1024

/** Uploads into a run by what the UI knows of it. The app must take bodies as streams. */
function uploadRoute(app: App): void {
  const querystring = Type.Object({
    run_uuid: Type.String({ description: 'The run.' }),
    path: Type.String({ description: "Below the run's artifact root." }),
  })
  const summary = 'Stores the body, up to 10 MB, as a file of a run.'
  const schema = { tags: ['mlflow'], summary, querystring }
  app.post('/ajax-api/2.0/mlflow/upload-artifact', { schema }, async (request) => {
    const { run_uuid: runId, path } = request.query
    if (Number(request.headers['content-length'] ?? Infinity) > uploadLimitBytes) {
      throw trackingErrors.TRACKING_INVALID(
        `An upload is limited to ${uploadLimitBytes} bytes and must say its length`,
      )
    }
    const { info } = await getRun(request.ctx, runId)
    const target = artifactPathOf(joinUri(info.artifactUri, path))
    await putArtifact(request.ctx, target, (request.body as Readable | undefined) ?? request.raw)
    return {}
  })
}

/** Artifacts by run, model or trace: what the UI, and the Java and R clients use. */
export function artifactRoutes(app: App): void {
  rpc(app, {
    id: 'listArtifacts',
    method: 'GET',
    path: '/mlflow/artifacts/list',
    summary: 'Lists a folder of a run; paths are below its artifact root.',
    request: { run_id: f.runId.required, path: f.text.or(''), page_token: f.text },
    handle: async (ctx, input) => {
      const { info } = await getRun(ctx, input.run_id)
      const folder = artifactPathOf(joinUri(info.artifactUri, input.path))
      const files = encodeFiles(await listFolder(ctx, folder), input.path)
      return { root_uri: info.artifactUri, ...files }
    },
  })
  rpc(app, {
    id: 'listLoggedModelArtifacts',
    method: 'GET',
    path: '/mlflow/logged-models/:model_id/artifacts/directories',
    summary: 'Lists a folder of a logged model.',
    request: {
      model_id: f.text.required,
      artifact_directory_path: f.text.or(''),
      page_token: f.text,
    },
    handle: async (ctx, input) => {
      const { artifactUri } = await getLoggedModel(ctx, input.model_id)
      const path = input.artifact_directory_path
      const files = await listFolder(ctx, artifactPathOf(joinUri(artifactUri, path)))
      return { root_uri: artifactUri, ...encodeFiles(files, path) }
    },
  })
  for (const direction of ['upload', 'download']) {
    rpc(app, {
      id: `createPresigned${direction === 'upload' ? 'Upload' : 'Download'}Url`,
      method: 'POST',
      path: `/mlflow/artifacts/presigned-${direction}-url`,
      summary: 'Refused: artifacts of this server go through its proxy.',
      request: { run_id: f.text.required, path: f.text.required },
      handle: async (ctx, input) => {
        const { info } = await getRun(ctx, input.run_id)
        throw trackingErrors.TRACKING_PRESIGNED_UNSUPPORTED(info.artifactUri)
      },
    })
  }
  downloadRoutes(app)
}

function downloadRoutes(app: App): void {
  const ofModel = {
    tags: ['mlflow'],
    summary: 'Downloads a file of a logged model.',
    params: Type.Object({ model_id: Type.String({ description: 'The logged model.' }) }),
    querystring: Type.Object({
      artifact_file_path: Type.String({ description: "Below the model's artifact root." }),
    }),
  }
  const modelFile = '/ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files'
  app.get(modelFile, { schema: ofModel }, async (request, reply) => {
    const { artifactUri } = await getLoggedModel(request.ctx, request.params.model_id)
    const path = artifactPathOf(joinUri(artifactUri, request.query.artifact_file_path))
    return sendArtifact({ request, reply, path })
  })
  const querystring = Type.Object({
    run_id: Type.Optional(Type.String({ description: 'The run.' })),
    run_uuid: Type.Optional(Type.String({ description: 'The run, as older clients name it.' })),
    path: Type.String({ description: "Below the run's artifact root." }),
  })
  const schema = { tags: ['mlflow'], summary: 'Downloads a file of a run.', querystring }
  app.get('/get-artifact', { schema }, async (request, reply) => {
    const runId = request.query.run_id ?? request.query.run_uuid
    if (!runId) throw trackingErrors.TRACKING_MISSING_VALUE('run_id')
    const { info } = await getRun(request.ctx, runId)
    const path = artifactPathOf(joinUri(info.artifactUri, request.query.path))
    return sendArtifact({ request, reply, path })
  })
}

interface Download {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Below the artifact root. */
  readonly path: string
}

/** Streams an artifact as an attachment, whole or the range that was asked for. */
export async function sendArtifact({ request, reply, path }: Download): Promise<FastifyReply> {
  const file = await getArtifact(request.ctx, path)
  const name = path.split('/').at(-1) ?? 'artifact'
  const etag = `"${file.etag}"`
  reply
    .type(contentTypeOf(path))
    .header('content-disposition', attachment(name))
    .header('accept-ranges', 'bytes')
    .header('etag', etag)
    .header('last-modified', file.modifiedAt.toUTCString())
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  const range = parseRange(request.headers.range, file.size)
  if (!range) return reply.header('content-length', file.size).send(file.open())
  const { start, end } = range
  return reply
    .code(206)
    .header('content-range', `bytes ${start}-${end}/${file.size}`)
    .header('content-length', end - start + 1)
    .send(file.open(range))
}

interface ByteRange {
  readonly start: number
  readonly end: number
}

/** One byte range; several at once, or anything unreadable, is answered whole as HTTP allows. */
function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (header === undefined || (!first && !last)) return undefined
  // Without a first byte the number is how many of the last ones are wanted.
  const range = first
    ? { start: Number(first), end: Math.min(Number(last || size), size - 1) }
    : { start: Math.max(0, size - Number(last)), end: size - 1 }
  if (range.start <= range.end && range.start < size) return range
  throw trackingErrors.TRACKING_RANGE_INVALID(header, size)
}

function attachment(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')
  if (ascii === name) return `attachment; filename="${ascii}"`
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`
}

/** What stands behind the prefix in the request's own URL, percent-decoded once. */
function pathBehind(request: FastifyRequest, prefix: string): string {
  const raw = request.url.split('?', 1)[0] ?? ''
  // A prefix with percent-signs in it would move the cut.
  if (!raw.startsWith(prefix)) throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(raw)
  const encoded = raw.slice(prefix.length)
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(encoded)
  }
}

function encodeFiles(
  entries: Awaited<ReturnType<typeof listFolder>>,
  folder: string,
): { files?: readonly object[] } {
  const prefix = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`
  const files = entries.map((entry) => ({
    path: prefix + entry.name,
    is_dir: entry.isFolder,
    ...(entry.isFolder ? {} : { file_size: entry.size }),
  }))
  return list('files', files)
}
