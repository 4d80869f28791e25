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
    json: toJson(encodeSpan(parts, status)),
  }
}

function encodeSpan(parts: SpanParts, status: SpanStatus): object {
  const events = parts.events.map(({ timeNs, name, attributes }) => ({
    time_unix_nano: timeNs,
    name,
    ...some('attributes', attributes),
  }))
  const links = parts.links.map((link) => ({
    trace_id: link.traceId.toString('base64'),
    span_id: link.spanId.toString('base64'),
    ...some('attributes', link.attributes),
  }))
  return {
    trace_id: parts.traceId.toString('base64'),
    span_id: parts.spanId.toString('base64'),
    ...(parts.traceState === '' ? {} : { trace_state: parts.traceState }),
    ...(parts.parentSpanId.length === 0
      ? {}
      : { parent_span_id: parts.parentSpanId.toString('base64') }),
    name: parts.name,
    ...(parts.kind === 0 ? {} : { kind: spanKinds[parts.kind] ?? spanKinds[0] }),
    start_time_unix_nano: parts.startNs,
    end_time_unix_nano: parts.endNs,
    ...some('attributes', parts.attributes),
    ...some('events', events),
    ...some('links', links),
    status: {
      ...(parts.statusMessage === '' ? {} : { message: parts.statusMessage }),
      ...(status === SpanStatus.Unset ? {} : { code: status }),
    },
  }
}

function some(name: string, items: readonly unknown[]): object {
  return items.length === 0 ? {} : { [name]: items }
}

interface RawJson {
  readonly rawJSON: (text: string) => unknown
}

/** JSON in which a bigint is a number with all its digits. */
function toJson(value: object): string {
  const raw = JSON as unknown as RawJson
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? raw.rawJSON(String(each)) : each,
  )
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
