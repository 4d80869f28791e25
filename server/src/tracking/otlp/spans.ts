/** A span as it is kept: what is searched, and its protobuf JSON as MLflow's API answers it. */
export interface Span {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  /** Empty for a root. */
  readonly parentSpanId: string
  readonly name: string
  readonly startNs: bigint
  readonly endNs: bigint
  readonly status: SpanStatus
  readonly attributes: readonly Attribute[]
  /** The span as JSON text. */
  readonly json: string
}

export const SpanStatus = {
  Unset: 'STATUS_CODE_UNSET',
  Ok: 'STATUS_CODE_OK',
  Error: 'STATUS_CODE_ERROR',
} as const
export type SpanStatus = (typeof SpanStatus)[keyof typeof SpanStatus]

export const spanStatuses: readonly SpanStatus[] = [
  SpanStatus.Unset,
  SpanStatus.Ok,
  SpanStatus.Error,
]

export const spanKinds = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
] as const

/** OpenTelemetry's AnyValue in its JSON form. */
export type AnyValue =
  | { readonly string_value: string }
  | { readonly bool_value: boolean }
  | { readonly int_value: bigint }
  | { readonly double_value: number | string }
  | { readonly bytes_value: string }
  | { readonly array_value: { readonly values: readonly AnyValue[] } }
  | { readonly kvlist_value: { readonly values: readonly Attribute[] } }
  | Record<string, never>

export interface Attribute {
  readonly key: string
  readonly value: AnyValue
}

export interface SpanEvent {
  readonly timeNs: bigint
  readonly name: string
  readonly attributes: readonly Attribute[]
}

export interface SpanParts {
  readonly traceId: Buffer
  readonly spanId: Buffer
  readonly parentSpanId: Buffer
  readonly traceState: string
  readonly name: string
  readonly kind: number
  readonly startNs: bigint
  readonly endNs: bigint
  readonly attributes: readonly Attribute[]
  readonly events: readonly SpanEvent[]
  readonly links: readonly SpanLink[]
  readonly statusCode: number
  readonly statusMessage: string
}

export interface SpanLink {
  readonly traceId: Buffer
  readonly spanId: Buffer
  readonly attributes: readonly Attribute[]
}

export function toSpan(parts: SpanParts): Span {
  const status = spanStatuses[parts.statusCode] ?? SpanStatus.Unset
  return {
    traceId: parts.traceId.toString('hex'),
    spanId: parts.spanId.toString('hex'),
    parentSpanId: parts.parentSpanId.toString('hex'),
    name: parts.name,
    startNs: parts.startNs,
    endNs: parts.endNs,
    status,
    attributes: parts.attributes,
    json: spanJson(parts, status),
  }
}

/**
 * The span's JSON, put together as text: whole numbers have more digits than a number can hold, and an
 * object made only to be written out again would cost more than all the rest.
 */
function spanJson(parts: SpanParts, status: SpanStatus): string {
  let json = `{"trace_id":"${parts.traceId.toString('base64')}","span_id":"${parts.spanId.toString('base64')}"`
  if (parts.traceState !== '') json += `,"trace_state":${JSON.stringify(parts.traceState)}`
  if (parts.parentSpanId.length > 0) {
    json += `,"parent_span_id":"${parts.parentSpanId.toString('base64')}"`
  }
  json += `,"name":${JSON.stringify(parts.name)}`
  if (parts.kind !== 0) json += `,"kind":"${spanKinds[parts.kind] ?? spanKinds[0]}"`
  json += `,"start_time_unix_nano":${parts.startNs},"end_time_unix_nano":${parts.endNs}`
  json += list('attributes', parts.attributes, attributeJson)
  json += list('events', parts.events, eventJson)
  json += list('links', parts.links, linkJson)
  return `${json},"status":${statusJson(parts.statusMessage, status)}}`
}

function statusJson(message: string, status: SpanStatus): string {
  const code = status === SpanStatus.Unset ? '' : `"code":"${status}"`
  if (message === '') return `{${code}}`
  return `{"message":${JSON.stringify(message)}${code && ','}${code}}`
}

function eventJson({ timeNs, name, attributes }: SpanEvent): string {
  const named = `"time_unix_nano":${timeNs},"name":${JSON.stringify(name)}`
  return `{${named}${list('attributes', attributes, attributeJson)}}`
}

function linkJson({ traceId, spanId, attributes }: SpanLink): string {
  const ids = `"trace_id":"${traceId.toString('base64')}","span_id":"${spanId.toString('base64')}"`
  return `{${ids}${list('attributes', attributes, attributeJson)}}`
}

function attributeJson({ key, value }: Attribute): string {
  return `{"key":${JSON.stringify(key)},"value":${valueJson(value)}}`
}

function valueJson(value: AnyValue): string {
  if ('string_value' in value) return `{"string_value":${JSON.stringify(value.string_value)}}`
  if ('int_value' in value) return `{"int_value":${value.int_value}}`
  if ('array_value' in value) {
    return `{"array_value":{"values":[${(value.array_value?.values ?? []).map(valueJson).join(',')}]}}`
  }
  if ('kvlist_value' in value) {
    return `{"kvlist_value":{"values":[${(value.kvlist_value?.values ?? []).map(attributeJson).join(',')}]}}`
  }
  return JSON.stringify(value)
}

/** A field with all the items behind a comma, or nothing. */
function list<T>(name: string, items: readonly T[], write: (item: T) => string): string {
  if (items.length === 0) return ''
  let json = ''
  for (const item of items) json += json === '' ? write(item) : `,${write(item)}`
  return `,"${name}":[${json}]`
}

/** An attribute's plain value. */
export function plainValue(value: AnyValue): unknown {
  if ('string_value' in value) return value.string_value
  if ('bool_value' in value) return value.bool_value
  if ('int_value' in value) return Number(value.int_value)
  if ('double_value' in value) return value.double_value
  if ('bytes_value' in value) return value.bytes_value
  if ('array_value' in value) return value.array_value?.values.map(plainValue)
  if ('kvlist_value' in value) {
    const pairs = value.kvlist_value?.values ?? []
    return Object.fromEntries(pairs.map((pair) => [pair.key, plainValue(pair.value)]))
  }
  return null
}
