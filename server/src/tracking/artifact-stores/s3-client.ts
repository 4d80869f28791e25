import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import type { S3Settings } from '../../core/index.ts'
import { trackingErrors } from '../errors.ts'
import { textOf } from './s3-xml.ts'

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Below the bucket; the bucket itself when empty. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer>
  /** Whether 404 is an answer rather than a failure. */
  readonly mayBeMissing?: boolean
}

export interface S3Client {
  /** Signs, sends and, where the store is out of breath, sends again. Refusals are thrown. */
  readonly send: (request: S3Request) => Promise<Response>
  /** A URL that does the request for whoever has it, for so many seconds. */
  readonly presign: (request: S3Request, seconds: number) => Promise<string>
}

export function s3Client(settings: S3Settings): S3Client {
  return {
    send: (request) => sendWithRetries(settings, request),
    async presign(request, seconds) {
      const url = addressOf(settings, request)
      url.searchParams.set('X-Amz-Expires', String(seconds))
      const signer = signerOf(settings, { url, method: request.method, signQuery: true })
      return String((await signer.sign()).url)
    },
  }
}

interface Signing {
  readonly url: URL
  readonly method: string
  readonly headers?: Record<string, string>
  readonly signQuery?: boolean
}

const keys = new Map<string, ArrayBuffer>()

function signerOf(settings: S3Settings, signing: Signing): AwsV4Signer {
  const { accessKeyId, secretAccessKey, sessionToken, region } = settings
  return new AwsV4Signer({
    ...signing,
    url: String(signing.url),
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: 's3',
    region,
    cache: keys,
  })
}

function addressOf(settings: S3Settings, { key, query = {} }: S3Request): URL {
  const url = new URL(settings.endpoint)
  if (!settings.pathStyle) url.hostname = `${settings.bucket}.${url.hostname}`
  const bucket = settings.pathStyle ? [settings.bucket] : []
  const path = [...bucket, ...key.split('/').map(encodePart)].join('/')
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}

/** As the signature is made of it: nothing but unreserved characters is left as it is. */
function encodePart(part: string): string {
  return encodeURIComponent(part).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

const tries = 4
const firstWaitMs = 100

async function sendWithRetries(settings: S3Settings, request: S3Request): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(settings, request).catch((error: unknown) => {
      if (attempt < tries) return undefined
      throw trackingErrors
        .TRACKING_ARTIFACT_STORE_UNAVAILABLE(settings.endpoint, causeOf(error))
        .with({ cause: error })
    })
    if (answer && isAnswer(answer, request)) return answer
    if (answer && (!isBusy(answer) || attempt === tries)) {
      throw await refusal(settings, request, answer)
    }
    await answer?.body?.cancel()
    await delay(firstWaitMs * 2 ** attempt * (0.5 + Math.random() / 2))
  }
}

function isAnswer({ ok, status }: Response, request: S3Request): boolean {
  return ok || (status === 404 && request.mayBeMissing === true)
}

function isBusy({ status }: Response): boolean {
  return status >= 500 || status === 429
}

/** `fetch failed` says nothing; what made it fail does. */
function causeOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error
    ? cause.message || String((cause as NodeJS.ErrnoException).code)
    : message
}

async function send(settings: S3Settings, request: S3Request): Promise<Response> {
  const { method, headers, body } = request
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex')
  const signed = await signerOf(settings, {
    url: addressOf(settings, request),
    method,
    headers: { ...headers, 'x-amz-content-sha256': hash },
  }).sign()
  // Not signed: what stands between may change it. Without it fetch asks for compressed answers.
  signed.headers.set('accept-encoding', 'identity')
  return fetch(signed.url, {
    method,
    headers: signed.headers,
    redirect: 'error',
    ...(body ? { body } : {}),
  })
}

/** Refusals that are about what the caller sent. */
const clashes = new Set([
  'KeyTooLongError',
  'ObjectParentIsFile',
  'ExistingObjectIsDirectory',
  'DirectoryObjectContainsData',
])
const badUploads = new Set([
  'NoSuchUpload',
  'InvalidPart',
  'InvalidPartOrder',
  'EntityTooSmall',
  'MalformedXML',
  'InvalidRequest',
])

async function refusal(settings: S3Settings, request: S3Request, answer: Response): Promise<Error> {
  const xml = await answer.text()
  const code = textOf(xml, 'Code') ?? String(answer.status)
  const message = textOf(xml, 'Message') ?? answer.statusText
  return refusalOf({ settings, request, code, message })
}

interface Refusal {
  readonly settings: S3Settings
  readonly request: S3Request
  readonly code: string
  readonly message: string
}

export function refusalOf({ settings, request, code, message }: Refusal): Error {
  if (clashes.has(code)) return trackingErrors.TRACKING_ARTIFACT_PATH_CLASH(request.key)
  if (badUploads.has(code) && request.query?.['uploadId'] !== undefined) {
    return trackingErrors.TRACKING_ARTIFACT_UPLOAD_INVALID(code, message)
  }
  const place = `s3://${settings.bucket} (${settings.endpoint})`
  return trackingErrors.TRACKING_ARTIFACT_STORE_REFUSED(place, `${code} ${message}`.trim())
}
