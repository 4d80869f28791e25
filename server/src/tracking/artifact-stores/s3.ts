import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { S3Settings } from '../../core/index.ts'
import { refusalOf, s3Client, type S3Client, type S3Request } from './s3-client.ts'
import { elements, escapeXml, fitsXml, textOf } from './s3-xml.ts'
import type {
  ArtifactEntry,
  ArtifactFile,
  ArtifactStore,
  DirectTransfers,
  DirectUpload,
  UploadedPart,
} from './store.ts'

export interface S3Options {
  /** Whether clients get presigned URLs. */
  readonly direct: boolean
  /** Keys that are listed or deleted by one call. @default 1000, S3's own limit */
  readonly keysAtOnce?: number
}

interface Bucket {
  readonly client: S3Client
  readonly settings: S3Settings
  readonly keysAtOnce: number
  /** The key of a path below the artifact root. */
  readonly keyOf: (path: string) => string
}

/** Artifacts as objects of an S3 bucket. A file appears whole: a large one is sent in parts, then completed. */
export function s3Artifacts(settings: S3Settings, options: S3Options): ArtifactStore {
  const { prefix } = settings
  const bucket: Bucket = {
    client: s3Client(settings),
    settings,
    keysAtOnce: options.keysAtOnce ?? 1_000,
    keyOf: (path) => [prefix, path].filter((part) => part !== '').join('/'),
  }
  return {
    find: (path) => find(bucket, path),
    write: (path, content) => write(bucket, path, content),
    list: (path) => list(bucket, path),
    remove: (path) => remove(bucket, path),
    direct: options.direct ? directTransfers(bucket) : undefined,
  }
}

async function find(bucket: Bucket, path: string): Promise<ArtifactFile | 'folder' | undefined> {
  const key = bucket.keyOf(path)
  if (path === '') return 'folder'
  const found = await bucket.client.send({ method: 'HEAD', key, mayBeMissing: true })
  if (found.status === 404) {
    const xml = await listPage(bucket, { prefix: `${key}/`, 'max-keys': '1' })
    return elements(xml, 'Contents').length === 0 ? undefined : 'folder'
  }
  const etag = found.headers.get('etag') ?? ''
  return {
    size: Number(found.headers.get('content-length')),
    modifiedAt: new Date(found.headers.get('last-modified') ?? 0),
    etag: etag.replaceAll('"', ''),
    open(range) {
      const headers = {
        ...(etag === '' ? {} : { 'if-match': etag }),
        ...(range ? { range: `bytes=${range.start}-${range.end}` } : {}),
      }
      return Readable.from(read(bucket, { method: 'GET', key, headers }), { objectMode: false })
    },
  }
}

async function* read(bucket: Bucket, request: S3Request): AsyncGenerator<Uint8Array> {
  const { body } = await bucket.client.send(request)
  if (body) yield* body
}

const mebibyte = 2 ** 20
/** S3 takes up to 10,000 parts: bigger ones, the further it goes, reach past its limit of 5 TB. */
const partBytesOf = (number: number): number => 8 * mebibyte * 2 ** Math.floor((number - 1) / 1_000)

async function write(bucket: Bucket, path: string, content: Readable): Promise<void> {
  const key = bucket.keyOf(path)
  const parts = inParts(content)
  const first = await parts.next()
  if (first.done) return
  if (first.value.length < partBytesOf(1)) {
    await bucket.client.send({ method: 'PUT', key, body: first.value })
    return
  }
  const upload = await createUpload(bucket, path)
  try {
    const done = [await sendPart(bucket, upload, { number: 1, body: first.value })]
    for await (const body of parts) {
      done.push(await sendPart(bucket, upload, { number: done.length + 1, body }))
    }
    await completeUpload(bucket, upload, done)
  } catch (error) {
    // What is left there is not seen by anyone; the first failure is what counts.
    await abortUpload(bucket, upload).catch(() => {})
    throw error
  }
}

/** All of the content, each part full but the last; the memory of one is used again for the next. */
async function* inParts(content: Readable): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let number = 1
  let buffer = new Uint8Array(partBytesOf(number))
  let filled = 0
  // A request that is destroyed here could not be read to its end, and so not be answered.
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    let rest = chunk as Uint8Array
    while (rest.length > 0) {
      const taken = rest.subarray(0, buffer.length - filled)
      buffer.set(taken, filled)
      filled += taken.length
      rest = rest.subarray(taken.length)
      if (filled < buffer.length) continue
      yield buffer
      number += 1
      filled = 0
      if (partBytesOf(number) !== buffer.length) buffer = new Uint8Array(partBytesOf(number))
    }
  }
  if (filled > 0 || number === 1) yield buffer.subarray(0, filled)
}

interface Part {
  readonly number: number
  readonly body: Uint8Array<ArrayBuffer>
}

async function sendPart(bucket: Bucket, upload: DirectUpload, part: Part): Promise<UploadedPart> {
  const { number, body } = part
  const answer = await bucket.client.send({ ...partOf(bucket, upload, number), body })
  return { number, etag: answer.headers.get('etag') ?? '' }
}

function partOf(bucket: Bucket, upload: DirectUpload, number: number): S3Request {
  const query = { partNumber: String(number), uploadId: upload.uploadId }
  return { method: 'PUT', key: bucket.keyOf(upload.path), query }
}

async function createUpload(bucket: Bucket, path: string): Promise<DirectUpload> {
  const request: S3Request = { method: 'POST', key: bucket.keyOf(path), query: { uploads: '' } }
  const xml = await (await bucket.client.send(request)).text()
  return { path, uploadId: textOf(xml, 'UploadId') ?? '' }
}

async function completeUpload(
  bucket: Bucket,
  upload: DirectUpload,
  parts: readonly UploadedPart[],
): Promise<void> {
  const listed = parts.map(
    ({ number, etag }) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  )
  const request: S3Request = {
    method: 'POST',
    key: bucket.keyOf(upload.path),
    query: { uploadId: upload.uploadId },
    body: xmlBody(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`),
  }
  const xml = await (await bucket.client.send(request)).text()
  // S3 begins its answer before it is done, so a failure may come under status 200.
  if (!xml.includes('<Error>')) return
  const code = textOf(xml, 'Code') ?? ''
  throw refusalOf({
    settings: bucket.settings,
    request,
    code,
    message: textOf(xml, 'Message') ?? '',
  })
}

async function abortUpload(bucket: Bucket, { path, uploadId }: DirectUpload): Promise<void> {
  await bucket.client.send({ method: 'DELETE', key: bucket.keyOf(path), query: { uploadId } })
}

function xmlBody(xml: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(xml)
}

async function list(bucket: Bucket, path: string): Promise<ArtifactEntry[]> {
  const key = bucket.keyOf(path)
  const prefix = key === '' ? '' : `${key}/`
  const nameOf = (found: string): string => found.slice(prefix.length).replace(/\/$/, '')
  const entries: ArtifactEntry[] = []
  for (let token: string | undefined = ''; token !== undefined;) {
    const query = {
      prefix,
      delimiter: '/',
      ...(token === '' ? {} : { 'continuation-token': token }),
    }
    const xml = await listPage(bucket, query)
    for (const folder of namesIn(xml, { each: 'CommonPrefixes', name: 'Prefix' })) {
      entries.push({ name: nameOf(folder), isFolder: true, size: 0 })
    }
    const sizes = elements(xml, 'Contents').map((file) => Number(textOf(file, 'Size')))
    for (const [i, file] of namesIn(xml, { each: 'Contents', name: 'Key' }).entries()) {
      const name = nameOf(file)
      // Some tools leave an empty object that stands for the folder itself.
      if (name !== '') entries.push({ name, isFolder: false, size: sizes[i] ?? 0 })
    }
    token = textOf(xml, 'IsTruncated') === 'true' ? textOf(xml, 'NextContinuationToken') : undefined
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
}

async function listPage(bucket: Bucket, query: Readonly<Record<string, string>>): Promise<string> {
  // Names may hold what XML cannot, so they are asked for percent-encoded.
  const asked = {
    'list-type': '2',
    'encoding-type': 'url',
    'max-keys': String(bucket.keysAtOnce),
    ...query,
  }
  return (await bucket.client.send({ method: 'GET', key: '', query: asked })).text()
}

/** The texts of an element in each of the others; some servers do not encode what they are asked to. */
function namesIn(page: string, { each, name }: { each: string; name: string }): string[] {
  const texts = elements(page, each).map((element) => textOf(element, name) ?? '')
  if (textOf(page, 'EncodingType') !== 'url') return texts
  return texts.map((text) => decodeURIComponent(text.replaceAll('+', ' ')))
}

async function remove(bucket: Bucket, path: string): Promise<void> {
  const key = bucket.keyOf(path)
  await bucket.client.send({ method: 'DELETE', key, mayBeMissing: true })
  for (let after: string | undefined = ''; ;) {
    // From the last deleted key on: one that will not go away is not asked for again and again.
    const from = after === '' ? {} : { 'start-after': after }
    const xml = await listPage(bucket, { prefix: `${key}/`, ...from })
    const found = namesIn(xml, { each: 'Contents', name: 'Key' })
    if (found.length > 0) await deleteObjects(bucket, found)
    after = found.at(-1)
    if (textOf(xml, 'IsTruncated') !== 'true' || after === undefined) return
  }
}

async function deleteObjects(bucket: Bucket, keys: readonly string[]): Promise<void> {
  for (const key of keys.filter((one) => !fitsXml(one))) {
    await bucket.client.send({ method: 'DELETE', key, mayBeMissing: true })
  }
  const rest = keys.filter(fitsXml)
  if (rest.length === 0) return
  const objects = rest.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`)
  const body = xmlBody(`<Delete><Quiet>true</Quiet>${objects.join('')}</Delete>`)
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  const request: S3Request = { method: 'POST', key: '', query: { delete: '' }, headers, body }
  const xml = await (await bucket.client.send(request)).text()
  const [refused] = elements(xml, 'Error')
  if (refused === undefined) return
  const message = `${textOf(refused, 'Message') ?? ''} (${textOf(refused, 'Key') ?? ''})`
  const code = textOf(refused, 'Code') ?? ''
  throw refusalOf({ settings: bucket.settings, request, code, message })
}

function directTransfers(bucket: Bucket): DirectTransfers {
  return {
    presignRead: (path, seconds) =>
      bucket.client.presign({ method: 'GET', key: bucket.keyOf(path) }, seconds),
    createUpload: (path) => createUpload(bucket, path),
    presignPart: (upload, { number, seconds }) =>
      bucket.client.presign(partOf(bucket, upload, number), seconds),
    completeUpload: (upload, parts) => completeUpload(bucket, upload, parts),
    abortUpload: (upload) => abortUpload(bucket, upload),
  }
}
