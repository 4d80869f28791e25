/** Reads OpenTelemetry's ExportTraceServiceRequest, as protobuf and as JSON. */
import { trackingErrors } from '../errors.ts'
import { ProtoReader } from './protobuf.ts'
import {
  toSpan,
  type AnyValue,
  type Attribute,
  type Span,
  type SpanEvent,
  type SpanLink,
} from './spans.ts'

export function decodeProtobufSpans(body: Buffer): Span[] {
  const spans: Span[] = []
  const request = new ProtoReader(body)
  while (request.next()) {
    if (request.field !== 1) request.skip()
    else readResourceSpans(request.message(), spans)
  }
  return spans
}

function readResourceSpans(resource: ProtoReader, spans: Span[]): void {
  while (resource.next()) {
    if (resource.field !== 2) {
      resource.skip()
      continue
    }
    const scope = resource.message()
    while (scope.next()) {
      if (scope.field === 2) spans.push(readSpan(scope.message()))
      else scope.skip()
    }
  }
}

const noBytes: Buffer = Buffer.alloc(0)

function emptySpan(): Mutable {
  return {
    traceId: noBytes,
    spanId: noBytes,
    parentSpanId: noBytes,
    traceState: '',
    name: '',
    kind: 0,
    startNs: 0n,
    endNs: 0n,
    attributes: [],
    events: [],
    links: [],
    statusCode: 0,
    statusMessage: '',
  }
}

interface Mutable {
  traceId: Buffer
  spanId: Buffer
  parentSpanId: Buffer
  traceState: string
  name: string
  kind: number
  startNs: bigint
  endNs: bigint
  readonly attributes: Attribute[]
  readonly events: SpanEvent[]
  readonly links: SpanLink[]
  statusCode: number
  statusMessage: string
}

/** What each field of a span means, by its number. */
const spanFields: Readonly<Record<number, (span: Mutable, from: ProtoReader) => void>> = {
  1: (span, from) => (span.traceId = from.bytes()),
  2: (span, from) => (span.spanId = from.bytes()),
  3: (span, from) => (span.traceState = from.text()),
  4: (span, from) => (span.parentSpanId = from.bytes()),
  5: (span, from) => (span.name = from.text()),
  6: (span, from) => (span.kind = from.small()),
  7: (span, from) => (span.startNs = from.fixed64()),
  8: (span, from) => (span.endNs = from.fixed64()),
  9: (span, from) => span.attributes.push(readAttribute(from.message())),
  11: (span, from) => span.events.push(readEvent(from.message())),
  13: (span, from) => span.links.push(readLink(from.message())),
  15: (span, from) => readStatus(span, from.message()),
}

function readSpan(from: ProtoReader): Span {
  const span = emptySpan()
  while (from.next()) {
    const read = spanFields[from.field]
    if (read) read(span, from)
    else from.skip()
  }
  return checked(span)
}

function checked(span: Mutable): Span {
  if (span.traceId.length === 16 && span.spanId.length === 8) return toSpan(span)
  throw trackingErrors.TRACKING_INVALID(
    `Span '${span.name}' has a trace id of ${span.traceId.length} and a span id of ${span.spanId.length} bytes; expected 16 and 8`,
  )
}

function readStatus(span: Mutable, from: ProtoReader): void {
  while (from.next()) {
    if (from.field === 2) span.statusMessage = from.text()
    else if (from.field === 3) span.statusCode = from.small()
    else from.skip()
  }
}

function readEvent(from: ProtoReader): SpanEvent {
  let timeNs = 0n
  let name = ''
  const attributes: Attribute[] = []
  while (from.next()) {
    if (from.field === 1) timeNs = from.fixed64()
    else if (from.field === 2) name = from.text()
    else if (from.field === 3) attributes.push(readAttribute(from.message()))
    else from.skip()
  }
  return { timeNs, name, attributes }
}

function readLink(from: ProtoReader): SpanLink {
  let traceId: Buffer = noBytes
  let spanId: Buffer = noBytes
  const attributes: Attribute[] = []
  while (from.next()) {
    if (from.field === 1) traceId = from.bytes()
    else if (from.field === 2) spanId = from.bytes()
    else if (from.field === 4) attributes.push(readAttribute(from.message()))
    else from.skip()
  }
  return { traceId, spanId, attributes }
}

function readAttribute(from: ProtoReader): Attribute {
  let key = ''
  let value: AnyValue = {}
  while (from.next()) {
    if (from.field === 1) key = from.text()
    else if (from.field === 2) value = readValue(from.message())
    else from.skip()
  }
  return { key, value }
}

function readValue(from: ProtoReader): AnyValue {
  let value: AnyValue = {}
  while (from.next()) {
    switch (from.field) {
      case 1:
        value = { string_value: from.text() }
        break
      case 2:
        value = { bool_value: from.small() === 1 }
        break
      case 3:
        value = { int_value: from.signed() }
        break
      case 4:
        value = { double_value: double(from.double()) }
        break
      case 5:
        value = { array_value: { values: readAll(from.message(), readValue) } }
        break
      case 6:
        value = { kvlist_value: { values: readAll(from.message(), readAttribute) } }
        break
      case 7:
        value = { bytes_value: from.bytes().toString('base64') }
        break
      default:
        from.skip()
    }
  }
  return value
}

function readAll<T>(from: ProtoReader, read: (item: ProtoReader) => T): T[] {
  const items: T[] = []
  while (from.next()) {
    if (from.field === 1) items.push(read(from.message()))
    else from.skip()
  }
  return items
}

function double(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

type Json = Readonly<Record<string, unknown>>

/** The JSON form: camelCase names, hex ids, whole numbers as text. */
export function decodeJsonSpans(body: unknown): Span[] {
  return list(body, 'resourceSpans').flatMap((resource) =>
    list(resource, 'scopeSpans').flatMap((scope) => list(scope, 'spans').map(fromJson)),
  )
}

function fromJson(span: Json): Span {
  const status = (span['status'] ?? {}) as Json
  return checked({
    traceId: Buffer.from(text(span['traceId']), 'hex'),
    spanId: Buffer.from(text(span['spanId']), 'hex'),
    parentSpanId: Buffer.from(text(span['parentSpanId']), 'hex'),
    traceState: text(span['traceState']),
    name: text(span['name']),
    kind: Number(span['kind'] ?? 0),
    startNs: whole(span['startTimeUnixNano']),
    endNs: whole(span['endTimeUnixNano']),
    attributes: list(span, 'attributes').map(attributeFromJson),
    events: list(span, 'events').map((event) => ({
      timeNs: whole(event['timeUnixNano']),
      name: text(event['name']),
      attributes: list(event, 'attributes').map(attributeFromJson),
    })),
    links: list(span, 'links').map((link) => ({
      traceId: Buffer.from(text(link['traceId']), 'hex'),
      spanId: Buffer.from(text(link['spanId']), 'hex'),
      attributes: list(link, 'attributes').map(attributeFromJson),
    })),
    statusCode: Number(status['code'] ?? 0),
    statusMessage: text(status['message']),
  })
}

function attributeFromJson(attribute: Json): Attribute {
  return { key: text(attribute['key']), value: valueFromJson(attribute['value']) }
}

function valueFromJson(value: unknown): AnyValue {
  if (typeof value !== 'object' || value === null) return {}
  const [[kind, inner] = ['', undefined]] = Object.entries(value)
  switch (kind) {
    case 'stringValue':
      return { string_value: text(inner) }
    case 'boolValue':
      return { bool_value: inner === true }
    case 'intValue':
      return { int_value: whole(inner) }
    case 'doubleValue':
      return { double_value: double(Number(inner)) }
    case 'bytesValue':
      return { bytes_value: text(inner) }
    case 'arrayValue':
      return { array_value: { values: list(inner, 'values').map(valueFromJson) } }
    case 'kvlistValue':
      return { kvlist_value: { values: list(inner, 'values').map(attributeFromJson) } }
    default:
      return {}
  }
}

function list(from: unknown, name: string): Json[] {
  const items = typeof from === 'object' && from !== null ? (from as Json)[name] : undefined
  return Array.isArray(items) ? (items as Json[]) : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function whole(value: unknown): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : 0n
}
