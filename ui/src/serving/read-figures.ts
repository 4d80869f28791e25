/** What an endpoint has done since the server started. Latencies in milliseconds. */
export interface Figures {
  readonly requests: number
  readonly refused: number
  readonly failed: number
  readonly p50: number | undefined
  readonly p99: number | undefined
}

interface Sample {
  readonly name: string
  readonly le: number | undefined
  readonly value: number
}

const line = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>[^}]*)\})?\s+(?<value>\S+)/

function parse(text: string): Sample[] {
  return text.split('\n').flatMap((row) => {
    const found = line.exec(row)?.groups
    if (found === undefined) return []
    const le = /le="([^"]+)"/.exec(found['labels'] ?? '')?.[1]
    const limit =
      le === undefined ? undefined : le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
    return [{ name: found['name'] ?? '', le: limit, value: Number(found['value']) }]
  })
}

/** Reads Prometheus text, summed over the served versions. */
export function readFigures(text: string): Figures {
  const samples = parse(text)
  const sum = (name: string) =>
    samples.filter((one) => one.name === name).reduce((total, one) => total + one.value, 0)
  const buckets = new Map<number, number>()
  for (const { name, le, value } of samples) {
    if (name === 'request_latency_ms_bucket' && le !== undefined) {
      buckets.set(le, (buckets.get(le) ?? 0) + value)
    }
  }
  return {
    requests: sum('request_count_total'),
    refused: sum('request_4xx_count_total'),
    failed: sum('request_5xx_count_total'),
    p50: quantile(buckets, 0.5),
    p99: quantile(buckets, 0.99),
  }
}

/** The upper limit of the bucket that holds the quantile; undefined without requests. */
function quantile(buckets: ReadonlyMap<number, number>, share: number): number | undefined {
  const sorted = [...buckets].toSorted(([left], [right]) => left - right)
  const all = sorted.at(-1)?.[1] ?? 0
  if (all === 0) return undefined
  const found = sorted.find(([, below]) => below >= all * share)?.[0]
  return found === undefined || !Number.isFinite(found) ? undefined : found
}
