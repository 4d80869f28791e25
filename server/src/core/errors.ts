/** Every `error_code` that a client may see; the names are MLflow's and Databricks'. */
export type WireCode =
  | 'ABORTED'
  | 'ALREADY_EXISTS'
  | 'BAD_REQUEST'
  | 'DIRECTORY_NOT_EMPTY'
  | 'ENDPOINT_NOT_FOUND'
  | 'INTERNAL_ERROR'
  | 'INVALID_PARAMETER_VALUE'
  | 'INVALID_STATE'
  | 'NOT_FOUND'
  | 'NOT_IMPLEMENTED'
  | 'PERMISSION_DENIED'
  | 'REQUEST_LIMIT_EXCEEDED'
  | 'RESOURCE_ALREADY_EXISTS'
  | 'RESOURCE_CONFLICT'
  | 'RESOURCE_DOES_NOT_EXIST'
  | 'RESOURCE_EXHAUSTED'
  | 'TEMPORARILY_UNAVAILABLE'
  | 'UNAUTHENTICATED'

/** What an error means on the wire. `wire` is the MLflow and Databricks REST `error_code`. */
export interface ErrorSpec<Args extends readonly unknown[]> {
  readonly status:
    | 400
    | 401
    | 403
    | 404
    | 405
    | 409
    | 413
    | 415
    | 416
    | 429
    | 499
    | 500
    | 501
    | 503
    | 504
    | 507
  readonly wire: WireCode
  /** Says what was asked, what was found and what to do. */
  readonly text: (...args: Args) => string
  /** When it comes, where `text` only passes on what somebody else says. */
  readonly meaning?: string
}

/** The only error class services throw. Match on `code`, never on `message`. */
export class AppError extends Error {
  override readonly name = 'AppError'
  /** Stable and unique: `ROOM_WHAT_HAPPENED`. */
  readonly code: string
  readonly status: number
  readonly wire: WireCode
  /** Structured facts for the caller, for example the offending rows of a data check. */
  readonly details: readonly unknown[] | undefined

  constructor(spec: AppErrorSpec, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause })
    this.code = spec.code
    this.status = spec.status
    this.wire = spec.wire
    this.details = extras.details
  }

  /** The same error with structured facts or the error that caused it. */
  with(extras: ErrorExtras): AppError {
    return new AppError(this, this.message, extras)
  }
}

interface AppErrorSpec {
  readonly code: string
  readonly status: number
  readonly wire: WireCode
}

export interface ErrorExtras {
  readonly cause?: unknown
  readonly details?: readonly unknown[]
}

export type ErrorSpecs = Record<string, ErrorSpec<never[]>>
type Factories<S extends ErrorSpecs> = {
  readonly [Code in keyof S]: (...args: Parameters<S[Code]['text']>) => AppError
}

const catalogue = new Map<string, ErrorSpec<never[]>>()

/** Turns a table of error codes into one typed factory per code. */
export function defineErrors<S extends ErrorSpecs>(specs: S): Factories<S> {
  const factories: Record<string, (...args: never[]) => AppError> = {}
  for (const [code, spec] of Object.entries(specs)) {
    catalogue.set(code, spec)
    factories[code] = (...args) =>
      new AppError({ code, status: spec.status, wire: spec.wire }, spec.text(...args))
  }
  return factories as Factories<S>
}

export interface CatalogueEntry extends ErrorSpec<never[]> {
  readonly code: string
}

/** Every error defined by the rooms loaded so far, by code; `docs/errors.md` is made of it. */
export function listErrors(): CatalogueEntry[] {
  return [...catalogue]
    .map(([code, spec]) => ({ code, ...spec }))
    .sort((a, b) => (a.code < b.code ? -1 : 1))
}

export const coreErrors = defineErrors({
  CORE_ENDPOINT_NOT_FOUND: {
    status: 404,
    wire: 'ENDPOINT_NOT_FOUND',
    text: (method: string, path: string) => `No API found for '${method} ${path}'`,
  },
  CORE_INVALID_REQUEST: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'The request does not fit its schema in /openapi.json',
  },
  CORE_BODY_TOO_LARGE: {
    status: 413,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (limitBytes: number) =>
      `The request body is larger than the limit of ${limitBytes} bytes`,
  },
  CORE_UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    wire: 'BAD_REQUEST',
    text: (found: string) => `Content-Type '${found}' is not supported here; send application/json`,
  },
  CORE_REQUEST_BROKEN_OFF: {
    status: 499,
    wire: 'ABORTED',
    text: () => 'The request broke off before all of its body was here; nothing was saved',
  },
  CORE_INTERNAL: {
    status: 500,
    wire: 'INTERNAL_ERROR',
    text: (requestId: string) =>
      `The server failed to answer; the log has the cause under request id ${requestId}`,
  },
  CORE_DISK_FULL: {
    status: 507,
    wire: 'RESOURCE_EXHAUSTED',
    text: (cause: string) =>
      `Nothing was saved: ${cause}. Free some space below the data folder, then do it again`,
  },
  CORE_SETTING_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (setting: string, found: string, expected: string) =>
      `Setting ${setting} is '${found}'; expected ${expected}`,
  },
  CORE_SETTING_UNKNOWN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (setting: string, known: string) =>
      `There is no setting ${setting}; 'millrace server --help' lists them${known}`,
  },
  CORE_OPEN_WITHOUT_AUTH: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (host: string) =>
      `Setting --host is '${host}', which others can reach, and nobody has to log in; add --auth basic, or listen on 127.0.0.1`,
  },
  CORE_HOST_REFUSED: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: () => 'Invalid Host header - possible DNS rebinding attack detected',
  },
  CORE_ORIGIN_REFUSED: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: () => 'Cross-origin request blocked',
  },
  CORE_YAML_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problems: string) => problems,
    meaning: 'A YAML file cannot be read; every problem is named with its line and column',
  },
  CORE_URL_REFUSED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (url: string, reason: string) => `Cannot call '${url}': ${reason}`,
  },
})
