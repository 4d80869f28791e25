/**
 * Spans that came together, as one text: a line each, of the span's id, its start in microseconds and
 * its JSON, which has no line breaks. A row a span, with an index of ids, cost three times as much.
 */
import type { Span } from './otlp/spans.ts'

export function packSpans(spans: readonly Pick<Span, 'spanId' | 'startNs' | 'json'>[]): string {
  let text = ''
  for (const { spanId, startNs, json } of spans) {
    text += `${text === '' ? '' : '\n'}${spanId} ${startNs / 1000n} ${json}`
  }
  return text
}

interface PackedSpan {
  readonly id: string
  readonly startUs: number
  readonly json: string
}

/** The JSON of every span in the packs by start; of one that came again, what came last. */
export function unpackSpans(packs: readonly string[]): string[] {
  const spans = new Map<string, PackedSpan>()
  for (const pack of packs) {
    for (const line of pack.split('\n')) {
      const [id = '', start = ''] = line.split(' ', 2)
      const json = line.slice(id.length + start.length + 2)
      spans.set(id, { id, startUs: Number(start), json })
    }
  }
  return [...spans.values()].sort(byStart).map(({ json }) => json)
}

function byStart(a: PackedSpan, b: PackedSpan): number {
  return a.startUs - b.startUs || (a.id < b.id ? -1 : 1)
}
