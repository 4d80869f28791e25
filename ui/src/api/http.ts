/** An answer of the server that is not a success; `status` 0 means that no answer came. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly requestId: string | undefined
  readonly details: readonly unknown[]

  constructor(message: string, facts: ApiErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.status = facts.status
    this.code = facts.code
    this.requestId = facts.requestId
    this.details = facts.details ?? []
  }
}

interface ApiErrorFacts {
  readonly status: number
  readonly code: string
  readonly requestId?: string | undefined
  readonly details?: readonly unknown[] | undefined
  readonly cause?: unknown
}

type QueryValue = string | number | boolean | undefined | readonly string[]

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly query?: Readonly<Record<string, QueryValue>>
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/** A path with its query; absent values are left out, lists are repeated. */
export function urlOf(path: string, query: RequestOptions['query'] = {}): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(key, String(one))
  }
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const { method = 'GET', query, body, signal } = options
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(urlOf(path, query), {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    const message = 'The server does not answer. Is it running? Its terminal says why it stopped.'
    throw new ApiError(message, { status: 0, code: 'NO_ANSWER', cause })
  }
  if (!response.ok) throw await toApiError(response)
  return response
}

async function toApiError(response: Response): Promise<ApiError> {
  const text = await response.text()
  const facts = {
    status: response.status,
    code: response.statusText || String(response.status),
    requestId: response.headers.get('x-request-id') ?? undefined,
  }
  try {
    const body = JSON.parse(text) as {
      error_code?: string
      message?: string
      details?: readonly unknown[]
    }
    const message = body.message ?? text
    return new ApiError(message, {
      ...facts,
      code: body.error_code ?? facts.code,
      details: body.details,
    })
  } catch (cause) {
    return new ApiError(text || `The server answered ${response.status}`, { ...facts, cause })
  }
}

/** One JSON request. Throws ApiError. */
export async function requestJson<Answer>(
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const response = await send(path, options)
  const text = await response.text()
  return (text === '' ? {} : JSON.parse(text)) as Answer
}

/** One request for text, for example a log or an artifact. Throws ApiError. */
export async function requestText(path: string, options: RequestOptions = {}): Promise<string> {
  const response = await send(path, options)
  return response.text()
}
