const bucketsMs = [0.5, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000]

interface EntityFigures {
  readonly byStatus: Map<number, number>
  readonly buckets: number[]
  sumMs: number
  count: number
}

/** Counts and latencies of one endpoint since the server started. */
export class EndpointMetrics {
  readonly #entities = new Map<string, EntityFigures>()

  observe(entity: string, status: number, ms: number): void {
    let figures = this.#entities.get(entity)
    if (!figures) {
      figures = { byStatus: new Map(), buckets: bucketsMs.map(() => 0), sumMs: 0, count: 0 }
      this.#entities.set(entity, figures)
    }
    figures.byStatus.set(status, (figures.byStatus.get(status) ?? 0) + 1)
    figures.sumMs += ms
    figures.count += 1
    const bucket = bucketsMs.findIndex((limit) => ms <= limit)
    if (bucket >= 0) figures.buckets[bucket] = (figures.buckets[bucket] ?? 0) + 1
  }

  /** Prometheus text. */
  format(endpoint: string, gauges: Readonly<Record<string, number>>): string {
    const lines: string[] = []
    const family = (name: string, type: string, help: string): void => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    }
    const each = (write: (labels: string, figures: EntityFigures) => void): void => {
      for (const [entity, figures] of this.#entities) {
        write(`endpoint_name="${escape(endpoint)}",served_entity_name="${escape(entity)}"`, figures)
      }
    }
    const total = (figures: EntityFigures, from: number, below: number): number =>
      [...figures.byStatus].reduce((sum, [s, n]) => (s >= from && s < below ? sum + n : sum), 0)
    family('request_count_total', 'counter', 'Scoring requests')
    each((labels, f) => lines.push(`request_count_total{${labels}} ${f.count}`))
    family('request_4xx_count_total', 'counter', 'Requests refused for what they asked')
    each((labels, f) => lines.push(`request_4xx_count_total{${labels}} ${total(f, 400, 500)}`))
    family('request_5xx_count_total', 'counter', 'Requests that the server failed')
    each((labels, f) => lines.push(`request_5xx_count_total{${labels}} ${total(f, 500, 600)}`))
    family('request_latency_ms', 'histogram', 'Time from the whole request read to the answer')
    each((labels, f) => lines.push(...histogram(labels, f)))
    for (const [name, value] of Object.entries(gauges)) {
      family(name, name.endsWith('_total') ? 'counter' : 'gauge', name.replaceAll('_', ' '))
      lines.push(`${name}{endpoint_name="${escape(endpoint)}"} ${value}`)
    }
    return `${lines.join('\n')}\n`
  }
}

function histogram(labels: string, figures: EntityFigures): string[] {
  let below = 0
  const buckets = bucketsMs.map((limit, i) => {
    below += figures.buckets[i] ?? 0
    return `request_latency_ms_bucket{${labels},le="${limit}"} ${below}`
  })
  return [
    ...buckets,
    `request_latency_ms_bucket{${labels},le="+Inf"} ${figures.count}`,
    `request_latency_ms_sum{${labels}} ${figures.sumMs}`,
    `request_latency_ms_count{${labels}} ${figures.count}`,
  ]
}

function escape(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
