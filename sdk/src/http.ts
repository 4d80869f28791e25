import { setTimeout as delay } from 'node:timers/promises'

/** The server refused a call. */
export class MillraceApiError extends Error {
  override readonly name = 'MillraceApiError'
  /** The HTTP status. */
  readonly status: number
  /** The stable code, for example `RESOURCE_DOES_NOT_EXIST`; match on it, never on the message. */
  readonly errorCode: string
  /** Structured facts, for example the rows that broke a rule. */
  readonly details: readonly unknown[]

  constructor(message: string, answer: ErrorAnswer) {
    super(message)
    this.status = answer.status
    this.errorCode = answer.errorCode
    this.details = answer.details
  }
}

interface ErrorAnswer {
  readonly status: number
  readonly errorCode: string
  readonly details: readonly unknown[]
}

/** No answer: nothing listens there, or the connection broke. */
export class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError'

  constructor(url: string, cause: unknown) {
    super(`No answer from ${url}. Is 'npx millrace server' running there?`, { cause })
  }
}

export interface ConnectOptions {
  /** For example `http://127.0.0.1:5000`. */
  readonly url: string
  /** A token of the server; without one the caller is the local owner. */
  readonly token?: string | undefined
  /** Milliseconds that one call may take. @default 300_000 */
  readonly timeoutMs?: number
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface CallOptions {
  readonly query?: Query
  /** Sent as JSON; bytes and streams are sent as they are, a stream only once. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** One connection to a server, as the rooms' files use it. */
export interface Http {
  readonly url: string
  readonly call: <T>(method: Method, path: string, options?: CallOptions) => Promise<T>
  readonly text: (method: Method, path: string, options?: CallOptions) => Promise<string>
  /** The open answer, for streams. */
  readonly open: (method: Method, path: string, options?: CallOptions) => Promise<Response>
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const retriedStatuses = new Set([429, 502, 503, 504])
const maxTries = 4

export function openHttp(options: ConnectOptions): Http {
  const url = options.url.replace(/\/+$/, '')
  const open: Http['open'] = async (method, path, call = {}) => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await send({ ...options, url }, method, { ...call, path })
      if (response.ok) return response
      const isFinal = call.body instanceof ReadableStream || attempt === maxTries
      if (!retriedStatuses.has(response.status) || isFinal) throw await toError(response)
      await response.body?.cancel()
      await delay(100 * 2 ** attempt, undefined, call.signal ? { signal: call.signal } : {})
    }
  }
  return {
    url,
    open,
    text: async (method, path, call) => (await open(method, path, call)).text(),
    call: async <T>(method: Method, path: string, call?: CallOptions) =>
      (await (await open(method, path, call)).json()) as T,
  }
}

async function send(
  options: ConnectOptions,
  method: Method,
  call: CallOptions & { readonly path: string },
): Promise<Response> {
  const headers = new Headers(options.token ? { authorization: `Bearer ${options.token}` } : {})
  const isBytes = call.body instanceof Uint8Array || call.body instanceof ReadableStream
  const type = isBytes ? 'application/octet-stream' : 'application/json'
  if (call.body !== undefined) headers.set('content-type', type)
  const target = options.url + call.path + formatQuery(call.query ?? {})
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 300_000)
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout
  try {
    const body = encodeBody(call.body)
    const duplex = body instanceof ReadableStream ? { duplex: 'half' as const } : {}
    return await fetch(target, { method, headers, signal, body, ...duplex })
  } catch (error) {
    if (call.signal?.aborted) throw error
    throw new ServerUnreachableError(options.url, error)
  }
}

function encodeBody(body: unknown): string | Uint8Array<ArrayBuffer> | ReadableStream | null {
  if (body === undefined) return null
  if (body instanceof ReadableStream) return body
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body)
}

function formatQuery(query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.append(name, String(value))
  }
  return search.size === 0 ? '' : `?${search.toString()}`
}

async function toError(response: Response): Promise<MillraceApiError> {
  const text = await response.text()
  const answer = { status: response.status, errorCode: 'INTERNAL_ERROR', details: [] }
  try {
    const body = JSON.parse(text) as { error_code?: string; message?: string; details?: unknown[] }
    return new MillraceApiError(body.message ?? text, {
      status: response.status,
      errorCode: body.error_code ?? answer.errorCode,
      details: body.details ?? [],
    })
  } catch {
    return new MillraceApiError(text || `HTTP ${response.status}`, answer)
  }
}
