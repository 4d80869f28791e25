/**
 * What a view shows of an entity at a time, as SQL. The one definition behind training sets and
 * online reads.
 *
 *   source rows → facts (one row per version, with the span in which it is the newest known version)
 *               → visible at t (span holds t, event time ≤ t, keys equal)
 *               → latest row (columns) and windows that end at t (aggregations)
 *
 * A spine row is `__i` (its number), `__t` (its time in microseconds) and `__k0…` (its keys). All
 * times are compared as microseconds since the epoch.
 */
import { parseDurationMicros } from './duration.ts'
import { AggregateFunction, Clock, type ViewAggregation, type ViewDefinition } from './types.ts'

export interface Source {
  /** What to select from: a table name as SQL. */
  readonly from: string
  /** Column names to their types, as the table says them. */
  readonly types: ReadonlyMap<string, string>
}

/** A `SELECT __i, <features>` over `spine`, one row per row of `spine`. */
export function viewSql(view: ViewDefinition, source: Source, plan: Plan): string {
  const facts = `__facts AS (${factsSql(view, source, plan.clock)})`
  const latest = (view.columns ?? []).length > 0 ? [`__latest AS (${latestSql(view, plan)})`] : []
  const windows =
    (view.aggregations ?? []).length > 0 ? [`__windows AS (${windowsSql(view, source, plan)})`] : []
  const columns = (view.columns ?? []).map((c) => latestColumn(view, c.column, c.as))
  const aggregations = (view.aggregations ?? []).map((a) => windowColumn(a))
  const joins = [
    latest.length > 0
      ? 'LEFT JOIN __latest l ON l.__i = s.__i LEFT JOIN __facts f ON f.__row = l.__row'
      : '',
    windows.length > 0 ? 'LEFT JOIN __windows w ON w.__i = s.__i' : '',
  ]
  return `WITH ${[facts, ...latest, ...windows].join(', ')}
    SELECT ${['s.__i', ...columns, ...aggregations].join(', ')}
    FROM ${plan.spine} s ${joins.join(' ')}`
}

export interface Plan {
  /** The name of the spine's relation. */
  readonly spine: string
  readonly clock: Clock
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Microseconds of a timestamp column; a zone-less one is read in `zone`. */
export function microsOf(column: string, zone: string | undefined): string {
  if (zone === undefined) return `epoch_us(${column})`
  return `epoch_us(timezone('${zone.replaceAll("'", "''")}', ${column}))`
}

function factsSql(view: ViewDefinition, source: Source, clock: Clock): string {
  const eventTime = microsOf(quote(view.event_time), view.time_zone)
  const known = view.known_at === undefined ? undefined : `epoch_us(${quote(view.known_at)})`
  const rowKey = (view.row_key ?? []).map(quote)
  // Nulls first, as the order of rows at one time asks.
  const order = ['__e', ...(known ? ['__known'] : []), ...rowKey].map((c) => `${c} NULLS FIRST`)
  const rows = `SELECT *, ${eventTime} AS __e, ${known ?? 'NULL::BIGINT'} AS __known FROM ${source.from}`
  const versions = known
    ? versionsSql(rows, rowKey, clock)
    : `SELECT *, NULL::BIGINT AS __until FROM (${rows})`
  const keysPresent = view.keys.map((key) => `${quote(key)} IS NOT NULL`)
  return `SELECT *, row_number() OVER (ORDER BY ${order.join(', ')}) AS __row
    FROM (${versions}) WHERE ${['__e IS NOT NULL', ...keysPresent].join(' AND ')}`
}

// Rows of one row_key are versions of one fact: each counts until the next one is known.
function versionsSql(rows: string, rowKey: readonly string[], clock: Clock): string {
  if (clock === Clock.Event) {
    if (rowKey.length === 0) return `SELECT *, NULL::BIGINT AS __until FROM (${rows})`
    return `SELECT *, NULL::BIGINT AS __until FROM (${rows})
      QUALIFY row_number() OVER (PARTITION BY ${rowKey.join(', ')}
        ORDER BY __known DESC NULLS LAST, __e DESC NULLS LAST) = 1`
  }
  const known = `(${rows}) WHERE __known IS NOT NULL`
  if (rowKey.length === 0) return `SELECT *, NULL::BIGINT AS __until FROM ${known}`
  return `SELECT *, lead(__known) OVER (PARTITION BY ${rowKey.join(', ')}
      ORDER BY __known, __e NULLS FIRST) AS __until FROM ${known}`
}

function visible(view: ViewDefinition, plan: Plan): string {
  const keys = view.keys.map((key, i) => `f.${quote(key)} = s.__k${i}`)
  const known =
    plan.clock === Clock.Both && view.known_at !== undefined
      ? ['f.__known <= s.__t', '(f.__until IS NULL OR s.__t < f.__until)']
      : []
  return [...keys, 'f.__e <= s.__t', ...known].join(' AND ')
}

function latestSql(view: ViewDefinition, plan: Plan): string {
  const corrected = plan.clock === Clock.Both && view.known_at !== undefined
  if (corrected) {
    return `SELECT s.__i, max(f.__row) AS __row FROM ${plan.spine} s
      JOIN __facts f ON ${visible(view, plan)} GROUP BY s.__i`
  }
  // Without corrections the latest row is the last at or before t: one ordered pass.
  const keys = view.keys.map(quote).join(', ')
  const on = view.keys.map((key, i) => `s.__k${i} = f.${quote(key)}`).join(' AND ')
  return `SELECT s.__i, f.__row FROM ${plan.spine} s ASOF JOIN
    (SELECT ${keys}, __e, max(__row) AS __row FROM __facts GROUP BY ALL) f
    ON ${on} AND s.__t >= f.__e`
}

function latestColumn(view: ViewDefinition, column: string, as: string): string {
  const value = `f.${quote(column)}`
  if (view.lookback === undefined) return `${value} AS ${quote(as)}`
  const lookback = parseDurationMicros('lookback', view.lookback)
  return `CASE WHEN f.__e > s.__t - ${lookback} THEN ${value} END AS ${quote(as)}`
}

function windowsSql(view: ViewDefinition, source: Source, plan: Plan): string {
  const aggregations = view.aggregations ?? []
  const widest = Math.max(...aggregations.map((a) => parseDurationMicros('window', a.window)))
  const values = aggregations.map((a) => `${aggregateSql(a, source)} AS ${quote(a.as)}`)
  return `SELECT s.__i, ${values.join(', ')} FROM ${plan.spine} s
    JOIN __facts f ON ${visible(view, plan)} AND f.__e > s.__t - ${widest} GROUP BY s.__i`
}

function aggregateSql(aggregation: ViewAggregation, source: Source): string {
  const { column } = aggregation
  const window = parseDurationMicros('window', aggregation.window)
  const value = column === '*' ? '*' : `f.${quote(column)}`
  const filter = `FILTER (WHERE f.__e > s.__t - ${window})`
  switch (aggregation.function) {
    case AggregateFunction.Count:
      return `count(${value}) ${filter}`
    case AggregateFunction.Sum:
      return sumSql(`sum(${value}) ${filter}`, source.types.get(column) ?? '')
    case AggregateFunction.Mean:
      return `avg(${value}) ${filter}`
    case AggregateFunction.Min:
      return `min(${value}) ${filter}`
    case AggregateFunction.Max:
      return `max(${value}) ${filter}`
    case AggregateFunction.Stddev:
      return `stddev_samp(${value}) ${filter}`
    case AggregateFunction.Last:
      return `arg_max_null(${value}, f.__row) ${filter}`
    case AggregateFunction.CountDistinct:
      return `count(DISTINCT ${value}) ${filter}`
  }
}

// DuckDB sums whole numbers into 128 bits, which Delta has no type for.
function sumSql(sum: string, type: string): string {
  return /^(tinyint|smallint|int|integer|bigint|byte|short|long)$/i.test(type)
    ? `CAST(${sum} AS BIGINT)`
    : sum
}

function windowColumn(aggregation: ViewAggregation): string {
  const value = `w.${quote(aggregation.as)}`
  const empty =
    aggregation.function === AggregateFunction.Count ||
    aggregation.function === AggregateFunction.CountDistinct
  return empty
    ? `coalesce(${value}, 0) AS ${quote(aggregation.as)}`
    : `${value} AS ${quote(aggregation.as)}`
}
