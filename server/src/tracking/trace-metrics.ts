import { readScript, type Ctx } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { metricFilter } from './trace-metric-filter.ts'
import { walkSamples } from './trace-metric-samples.ts'
import { Aggregation, metricKinds, type MetricView, type Sample } from './trace-metric-types.ts'

export interface AskedAggregation {
  readonly type: Aggregation
  /** From 0 to 100; for percentiles only. */
  readonly percentile: number | undefined
}

export interface TraceMetricsInput {
  readonly experiments: readonly number[]
  readonly view: MetricView
  readonly metric: string
  readonly aggregations: readonly AskedAggregation[]
  readonly dimensions: readonly string[]
  readonly filters: readonly string[]
  /** Width of the time buckets in seconds; without it there is one for all times. */
  readonly interval: number | undefined
  /** Epoch milliseconds, both included. */
  readonly from: number | undefined
  readonly until: number | undefined
  readonly maxResults: number
}

export interface DataPoint {
  readonly dimensions: Readonly<Record<string, string>>
  /** By the aggregation's name: `COUNT`, `P95.0`. */
  readonly values: Readonly<Record<string, number>>
}

const timeBucket = 'time_bucket'
const mostPoints = 1_000

/** Figures of traces, spans or assessments, grouped; in the order of time and dimensions. */
export async function queryTraceMetrics(
  ctx: Ctx,
  input: TraceMetricsInput,
): Promise<readonly DataPoint[]> {
  check(input)
  const { dialect } = ctx.database
  const filter = metricFilter(dialect, input.view, input.filters)
  const groups = new Map<string, Group>()
  const range = {
    ...input,
    trace: filter.trace,
    from: input.from ?? Number.MIN_SAFE_INTEGER,
    until: input.until ?? Number.MAX_SAFE_INTEGER,
  }
  const take = (sample: Sample): void => {
    const place = filter.keeps(sample) ? placeOf(sample, input) : undefined
    if (place === undefined || sample.value === undefined) return
    const key = JSON.stringify(place)
    const group = groups.get(key) ?? newGroup(place)
    groups.set(key, group)
    add(group, sample.value, needsValues(input.aggregations))
  }
  await readScript(ctx, walkSamples(dialect, range, take))
  return [...groups.values()]
    .toSorted((a, b) => compareTexts(a.place, b.place))
    .slice(0, input.maxResults)
    .map((group) => toPoint(group, input))
}

/** Where a sample is counted: its bucket and its dimensions; undefined when it lacks one. */
function placeOf({ at, dimensions }: Sample, input: TraceMetricsInput): string[] | undefined {
  const wanted = input.dimensions.map((name) => dimensions[name])
  const place = wanted.filter((each) => each !== undefined)
  if (place.length < wanted.length) return undefined
  if (!input.interval) return place
  const width = input.interval * 1_000
  // The time has as many digits for every sample that clocks of today make.
  return [new Date(Math.floor(at / width) * width).toISOString(), ...place]
}

interface Group {
  readonly place: readonly string[]
  count: number
  sum: number
  min: number
  max: number
  /** For percentiles only. */
  readonly values: number[]
  readonly names: Set<string>
}

function newGroup(place: readonly string[]): Group {
  const min = Number.POSITIVE_INFINITY
  return { place, count: 0, sum: 0, min, max: -min, values: [], names: new Set() }
}

function add(group: Group, value: number | string, keepsValues: boolean): void {
  if (typeof value === 'string') {
    group.names.add(value)
    group.count = group.names.size
    return
  }
  group.count += 1
  group.sum += value
  group.min = Math.min(group.min, value)
  group.max = Math.max(group.max, value)
  if (keepsValues) group.values.push(value)
}

function needsValues(aggregations: readonly AskedAggregation[]): boolean {
  return aggregations.some(({ type }) => type === Aggregation.Percentile)
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((text, index) => text !== b[index])
  if (at < 0) return 0
  return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1
}

function toPoint(group: Group, input: TraceMetricsInput): DataPoint {
  const names = [...(input.interval ? [timeBucket] : []), ...input.dimensions]
  const dimensions = names.map((name, index) => [
    name,
    name === timeBucket ? pythonTime(group.place[index] ?? '') : (group.place[index] ?? ''),
  ])
  const sorted = group.values.toSorted((a, b) => a - b)
  const values = input.aggregations.map((asked) => [nameOf(asked), aggregate(group, sorted, asked)])
  return {
    dimensions: Object.fromEntries(dimensions) as DataPoint['dimensions'],
    values: Object.fromEntries(values) as DataPoint['values'],
  }
}

function pythonTime(iso: string): string {
  return iso.replace(/(\.\d+)?Z$/, '+00:00')
}

function nameOf({ type, percentile = 0 }: AskedAggregation): string {
  if (type !== Aggregation.Percentile) return type
  return `P${Number.isInteger(percentile) ? percentile.toFixed(1) : percentile}`
}

function aggregate(group: Group, sorted: readonly number[], asked: AskedAggregation): number {
  switch (asked.type) {
    case Aggregation.Count:
      return group.count
    case Aggregation.Sum:
      return group.sum
    case Aggregation.Avg:
      return group.sum / group.count
    case Aggregation.Min:
      return group.min
    case Aggregation.Max:
      return group.max
    case Aggregation.Percentile:
      return percentileOf(sorted, asked.percentile ?? 0)
  }
}

/** By linear interpolation between the two nearest (method 7 of Hyndman and Fan). */
function percentileOf(sorted: readonly number[], percentile: number): number {
  const at = (percentile / 100) * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}

function check(input: TraceMetricsInput): void {
  const kinds = metricKinds[input.view]
  const kind = kinds[input.metric]
  if (!kind)
    refuse(`metric_name must be one of ${Object.keys(kinds).join(', ')}, got '${input.metric}'`)
  const types = input.aggregations.map(({ type }) => type)
  const wrongTypes = types.filter((type) => !kind.aggregations.includes(type))
  if (types.length === 0 || wrongTypes.length > 0) {
    refuse(
      `Found invalid aggregation_type(s): [${wrongTypes.join(', ')}]. Supported aggregation types: ${kind.aggregations.join(', ')}`,
    )
  }
  const wrongDimensions = input.dimensions.filter((name) => !kind.dimensions.includes(name))
  if (wrongDimensions.length > 0) {
    refuse(
      `Found invalid dimension(s): [${wrongDimensions.join(', ')}]. Supported dimensions: [${kind.dimensions.join(', ')}]`,
    )
  }
  checkPercentiles(input.aggregations)
  checkRange(input)
}

function checkPercentiles(aggregations: readonly AskedAggregation[]): void {
  for (const { type, percentile } of aggregations) {
    const isPercentile = type === Aggregation.Percentile
    if (isPercentile !== (percentile !== undefined)) {
      refuse(
        `percentile_value is for PERCENTILE, which needs it; got it ${isPercentile ? 'missing' : `with ${type}`}`,
      )
    }
    if (percentile !== undefined && !(percentile >= 0 && percentile <= 100)) {
      refuse(`Percentile value must be between 0 and 100, got ${percentile}`)
    }
  }
}

function checkRange({ interval, from, until, maxResults }: TraceMetricsInput): void {
  if (interval !== undefined && interval < 0) {
    refuse(`time_interval_seconds must be a positive integer, got ${interval}`)
  }
  if (interval && (from === undefined || until === undefined)) {
    refuse('start_time_ms and end_time_ms are required if time_interval_seconds is set')
  }
  if (maxResults < 1 || maxResults > mostPoints) {
    refuse(
      `Invalid value ${maxResults} for parameter 'max_results' supplied. It must be from 1 to ${mostPoints}`,
    )
  }
}

function refuse(problem: string): never {
  throw trackingErrors.TRACKING_INVALID(problem)
}
