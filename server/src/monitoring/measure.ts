import type { Ctx } from '../core/index.ts'
import { qualityMetrics, qualitySql, type QualityMetric } from '../serving/index.ts'
import { getTable, queryRows } from '../tables/index.ts'
import { monitoringErrors } from './errors.ts'
import { driftMetricNames, driftMetrics, type DriftMetricName } from './metrics/index.ts'
import { nullBucket, type Distribution } from './metrics/metric.ts'
import type { MonitorDefinition } from './schema.ts'
import type { Measurement } from './types.ts'

const buckets = 10

/** The two sides of a comparison, as SQL relations of pinned versions. */
export interface Sides {
  readonly baseline: string
  readonly current: string
  readonly version: number
  readonly baselineVersion: number
  /** The newest value of the time column as text, or the version. */
  readonly window: string
  /** Column → whether it holds numbers; those that both tables have and the monitor watches. */
  readonly columns: ReadonlyMap<string, boolean>
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function sqlName(table: string): string {
  return table.split('.').map(quote).join('.')
}

/** Pins both tables and finds the columns to watch. */
export async function openSides(ctx: Ctx, definition: MonitorDefinition): Promise<Sides> {
  const watched = await getTable(ctx, definition.table)
  const before = await getTable(ctx, definition.baseline.table)
  const baselineVersion = definition.baseline.version ?? before.version
  const whole = `${sqlName(watched.name)} VERSION AS OF ${watched.version}`
  const { time_column: time } = definition
  if (time !== undefined) requireColumn(time, watched)
  const current =
    time === undefined
      ? `(SELECT * FROM ${whole})`
      : `(SELECT * FROM ${whole} WHERE ${quote(time)} = (SELECT max(${quote(time)}) FROM ${whole}))`
  const kept = new Set(before.columns.map((column) => column.name))
  const skipped = new Set([...(definition.exclude_columns ?? []), ...(time ? [time] : [])])
  for (const column of definition.columns ?? []) requireColumn(column, watched)
  const wanted = new Set(definition.columns ?? watched.columns.map((column) => column.name))
  const columns = watched.columns
    .filter(({ name }) => wanted.has(name) && kept.has(name) && !skipped.has(name))
    .map(({ name, type }) => [name, isNumber(type)] as const)
  return {
    baseline: `(SELECT * FROM ${sqlName(before.name)} VERSION AS OF ${baselineVersion})`,
    current,
    version: watched.version,
    baselineVersion,
    window: time === undefined ? String(watched.version) : await newest(ctx, whole, time),
    columns: new Map(columns),
  }
}

interface Described {
  readonly name: string
  readonly columns: readonly { readonly name: string }[]
}

function requireColumn(column: string, table: Described): void {
  const known = table.columns.map(({ name }) => name)
  if (!known.includes(column)) {
    throw monitoringErrors.MONITORING_COLUMN_UNKNOWN(column, table.name, known)
  }
}

function isNumber(type: string): boolean {
  return /^(tinyint|smallint|int|bigint|float|double|decimal)/i.test(type)
}

async function newest(ctx: Ctx, relation: string, column: string): Promise<string> {
  const sql = `SELECT CAST(max(${quote(column)}) AS VARCHAR) FROM ${relation}`
  const { rows } = await queryRows(ctx, { sql })
  return asText(rows[0]?.[0]) ?? ''
}

/** Every drift value of every watched column, for all rows and for each value of each slice. */
export async function measureDrift(
  ctx: Ctx,
  definition: MonitorDefinition,
  sides: Sides,
): Promise<Measurement[]> {
  const asked = definition.metrics ?? driftMetricNames
  const metrics = driftMetricNames.filter((name) => asked.includes(name))
  const found: Measurement[] = []
  if (metrics.length === 0) return found
  for (const [column, isNumeric] of sides.columns) {
    const wanted = metrics.filter((name) => isNumeric || !driftMetrics[name].numbersOnly)
    const bucket = isNumeric
      ? await bucketSql(ctx, sides, column)
      : `CAST(${quote(column)} AS VARCHAR)`
    for (const slice of ['', ...(definition.slices ?? [])]) {
      if (slice === column) continue
      const distributions = await countBuckets(ctx, sides, { column, bucket, slice })
      found.push(...computeAll(column, { slice, wanted, distributions }))
    }
  }
  return found
}

/** A number's bucket: how many of the baseline's decile edges lie below it. */
async function bucketSql(ctx: Ctx, sides: Sides, column: string): Promise<string> {
  const shares = Array.from({ length: buckets - 1 }, (_, i) => (i + 1) / buckets)
  const picks = shares.map((share) => `quantile_cont(CAST(${quote(column)} AS DOUBLE), ${share})`)
  const { rows } = await queryRows(ctx, {
    sql: `SELECT ${picks.join(', ')} FROM ${sides.baseline}`,
  })
  const edges = [...new Set((rows[0] ?? []).filter((edge) => edge !== null).map(Number))]
  if (edges.length === 0) return `CASE WHEN ${quote(column)} IS NOT NULL THEN '0' END`
  const above = edges.map((edge) => `CAST(${quote(column)} > ${edge} AS INT)`)
  return `CAST(${above.join(' + ')} AS VARCHAR)`
}

interface Counting {
  readonly column: string
  readonly bucket: string
  readonly slice: string
}

async function countBuckets(
  ctx: Ctx,
  sides: Sides,
  { bucket, slice }: Counting,
): Promise<Map<string, Distribution>> {
  const part = slice === '' ? `''` : `CAST(${quote(slice)} AS VARCHAR)`
  const side = (name: string, relation: string) =>
    `SELECT '${name}' AS side, ${part} AS part, ${bucket} AS bucket, count(*) AS n FROM ${relation} GROUP BY ALL`
  const sql = `${side('b', sides.baseline)} UNION ALL ${side('c', sides.current)}`
  const { rows } = await queryRows(ctx, { sql })
  const found = new Map<string, { baseline: Map<string, number>; current: Map<string, number> }>()
  for (const [from, value, name, count] of rows) {
    const key = asText(value) ?? 'null'
    const both = found.get(key) ?? { baseline: new Map(), current: new Map() }
    found.set(key, both)
    const into = from === 'b' ? both.baseline : both.current
    into.set(asText(name) ?? nullBucket, Number(count))
  }
  return found
}

/** Every name in these queries was cast to text, or is null. */
function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

interface Computing {
  readonly slice: string
  readonly wanted: readonly DriftMetricName[]
  readonly distributions: ReadonlyMap<string, Distribution>
}

function computeAll(column: string, input: Computing): Measurement[] {
  return [...input.distributions].flatMap(([sliceValue, distribution]) => {
    const rows = [...distribution.current.values()].reduce((a, b) => a + b, 0)
    return input.wanted.flatMap((metric) => {
      const value = driftMetrics[metric].compute(distribution)
      if (value === undefined) return []
      return [{ column, metric, sliceKey: input.slice, sliceValue, value, rows }]
    })
  })
}

/** Quality of the predictions in the window, where labels are known. */
export async function measureQuality(
  ctx: Ctx,
  definition: MonitorDefinition,
  sides: Sides,
): Promise<Measurement[]> {
  const asked: readonly string[] = definition.metrics ?? []
  const metrics = qualityMetrics.filter((name) => asked.includes(name))
  const [first] = metrics
  if (first === undefined) return []
  const { label_column: label, prediction_column: prediction } = definition
  if (label === undefined || prediction === undefined) {
    throw monitoringErrors.MONITORING_LABEL_MISSING(first)
  }
  const found: Measurement[] = []
  for (const slice of ['', ...(definition.slices ?? [])]) {
    const sql = qualitySql({
      from: sides.current,
      label,
      prediction,
      metrics,
      ...(definition.probability_column ? { probability: definition.probability_column } : {}),
      ...(definition.positive_label ? { positive: definition.positive_label } : {}),
      ...(slice === '' ? {} : { slice }),
    })
    const { rows } = await queryRows(ctx, { sql })
    for (const row of rows) found.push(...qualityRow(prediction, { slice, metrics, row }))
  }
  return found
}

interface QualityRow {
  readonly slice: string
  readonly metrics: readonly QualityMetric[]
  readonly row: readonly unknown[]
}

function qualityRow(column: string, { slice, metrics, row }: QualityRow): Measurement[] {
  const [sliceValue, rows, ...values] = row
  return metrics.flatMap((metric, i) => {
    const value = values[i]
    if (value === null || value === undefined) return []
    return [
      {
        column,
        metric,
        sliceKey: slice,
        sliceValue: asText(sliceValue) ?? 'null',
        value: Number(value),
        rows: Number(rows),
      },
    ]
  })
}
