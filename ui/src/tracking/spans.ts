/** A span as the trace API writes it; ids are base64, times are nanoseconds. */
export interface Span {
  readonly span_id: string
  readonly parent_span_id?: string
  readonly name: string
  readonly start_time_unix_nano: number
  readonly end_time_unix_nano: number
  readonly attributes?: readonly Attribute[]
  readonly events?: readonly { readonly name: string; readonly attributes?: readonly Attribute[] }[]
  readonly status?: { readonly code?: string; readonly message?: string }
}

export interface Attribute {
  readonly key: string
  readonly value?: unknown
}

/** A line of the waterfall. Times are milliseconds since the trace began. */
export interface SpanLine {
  readonly span: Span
  readonly depth: number
  readonly startMs: number
  readonly endMs: number
  readonly failed: boolean
}

const nanosPerMs = 1e6

/** The spans under their parents, each parent's children by start; spans of unknown parents are roots. */
export function waterfall(spans: readonly Span[]): SpanLine[] {
  const ids = new Set(spans.map((span) => span.span_id))
  const children = new Map<string, Span[]>()
  for (const span of spans) {
    const parent = span.parent_span_id ?? ''
    const under = ids.has(parent) && parent !== span.span_id ? parent : ''
    children.set(under, [...(children.get(under) ?? []), span])
  }
  const first = Math.min(...spans.map((span) => span.start_time_unix_nano))
  const lines: SpanLine[] = []
  const add = (parent: string, depth: number): void => {
    const under = (children.get(parent) ?? []).toSorted(
      (left, right) => left.start_time_unix_nano - right.start_time_unix_nano,
    )
    children.delete(parent)
    for (const span of under) {
      lines.push({
        span,
        depth,
        startMs: (span.start_time_unix_nano - first) / nanosPerMs,
        endMs: (span.end_time_unix_nano - first) / nanosPerMs,
        failed: span.status?.code === 'STATUS_CODE_ERROR',
      })
      add(span.span_id, depth + 1)
    }
  }
  add('', 0)
  return lines
}

/** An attribute's value without OpenTelemetry's wrapping: `{ string_value: 'a' }` is `a`. */
export function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const [[kind, inner] = []] = Object.entries(value)
  if (kind === 'array_value') {
    return ((inner as { readonly values?: readonly unknown[] }).values ?? []).map(plainValue)
  }
  if (kind === 'kvlist_value') {
    const entries = (inner as { readonly values?: readonly Attribute[] }).values ?? []
    return Object.fromEntries(entries.map((entry) => [entry.key, plainValue(entry.value)]))
  }
  return kind?.endsWith('_value') === true ? inner : value
}

/** A value as a reader wants it: JSON in texts is laid out. */
export function showValue(value: unknown): string {
  const plain = plainValue(value)
  if (typeof plain !== 'string') return JSON.stringify(plain, null, 2) ?? ''
  try {
    const parsed: unknown = JSON.parse(plain)
    return typeof parsed === 'string' ? parsed : JSON.stringify(parsed, null, 2)
  } catch {
    return plain
  }
}
