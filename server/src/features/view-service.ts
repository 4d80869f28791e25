import { inTransaction, type Ctx } from '../core/index.ts'
import { getTable, queryRows } from '../tables/index.ts'
import { parseDurationMicros } from './duration.ts'
import { featuresErrors } from './errors.ts'
import { quote, viewSql, type Source } from './point-in-time.ts'
import { AggregateFunction, Clock, type View, type ViewDefinition } from './types.ts'
import { findView, insertView } from './view-store.ts'

/** Creates a view, or its next version when the definition differs from the newest one. */
export async function createView(ctx: Ctx, definition: ViewDefinition): Promise<View> {
  checkView(definition, await viewSource(ctx, definition))
  return inTransaction(ctx, async (tx) => {
    const newest = await findView(tx.db, definition.name)
    if (newest && JSON.stringify(newest.definition) === JSON.stringify(definition)) return newest
    const view = {
      definition,
      version: (newest?.version ?? 0) + 1,
      createdAt: tx.now(),
      creator: tx.principal.name,
    }
    await insertView(tx.db, view)
    return view
  })
}

export async function getView(ctx: Ctx, name: string): Promise<View> {
  const view = await findView(ctx.db, name)
  if (!view) throw featuresErrors.FEATURES_VIEW_NOT_FOUND(name)
  return view
}

/** The view's table as SQL, and what its columns are. */
export async function viewSource(ctx: Ctx, definition: ViewDefinition): Promise<Source> {
  const table = await getTable(ctx, definition.table)
  return {
    from: sqlName(table.name),
    types: new Map(table.columns.map((c) => [c.name, c.type])),
  }
}

export interface FeatureColumn {
  readonly name: string
  /** As Databricks spells it. */
  readonly type: string
}

/** What a view computes, with types, found by asking it about nobody. */
export async function describeFeatures(ctx: Ctx, view: View): Promise<FeatureColumn[]> {
  const { definition } = view
  const nobody = definition.keys.map((key, i) => `${quote(key)} AS __k${i}`)
  const spine = `SELECT 0 AS __i, 0::BIGINT AS __t, ${nobody.join(', ')} FROM ${sqlName(definition.table)} LIMIT 0`
  const source = await viewSource(ctx, definition)
  const body = viewSql(definition, source, { spine: '__spine', clock: Clock.Both })
  const sql = `WITH __spine AS (${spine}) SELECT ${featureNames(definition).map(quote).join(', ')} FROM (${body})`
  const { columns } = await queryRows(ctx, { sql, limit: 0 })
  return [...columns]
}

/** A table name of dots as quoted SQL. */
export function sqlName(table: string): string {
  return table
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}

/** The names of what the view computes, in the order of its output. */
export function featureNames(definition: ViewDefinition): string[] {
  return [...(definition.columns ?? []), ...(definition.aggregations ?? [])].map((c) => c.as)
}

function checkView(definition: ViewDefinition, source: Source): void {
  const names = featureNames(definition)
  if (names.length === 0) throw featuresErrors.FEATURES_NOTHING_TO_COMPUTE(definition.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw featuresErrors.FEATURES_DUPLICATE_FEATURE(twice)
  for (const column of usedColumns(definition)) {
    if (source.types.has(column)) continue
    const where = `Table ${definition.table}`
    throw featuresErrors.FEATURES_COLUMN_UNKNOWN(column, where, [...source.types.keys()])
  }
  checkTimes(definition, source)
  if (definition.lookback !== undefined) parseDurationMicros('lookback', definition.lookback)
  for (const aggregation of definition.aggregations ?? []) {
    parseDurationMicros(`window of '${aggregation.as}'`, aggregation.window)
    if (aggregation.column === '*' && aggregation.function !== AggregateFunction.Count) {
      throw featuresErrors.FEATURES_STAR_ONLY_FOR_COUNT(aggregation.as)
    }
  }
}

function usedColumns(definition: ViewDefinition): string[] {
  return [
    ...definition.keys,
    definition.event_time,
    ...(definition.known_at === undefined ? [] : [definition.known_at]),
    ...(definition.row_key ?? []),
    ...(definition.columns ?? []).map((c) => c.column),
    ...(definition.aggregations ?? []).map((a) => a.column).filter((c) => c !== '*'),
  ]
}

function checkTimes(definition: ViewDefinition, source: Source): void {
  const { event_time: eventTime, time_zone: zone, known_at: knownAt } = definition
  const type = (source.types.get(eventTime) ?? '').toLowerCase()
  if (type !== 'timestamp' && type !== 'timestamp_ntz') {
    throw featuresErrors.FEATURES_TIME_TYPE(eventTime, type)
  }
  if (type === 'timestamp_ntz' && zone === undefined) {
    throw featuresErrors.FEATURES_TIME_ZONE_MISSING(eventTime)
  }
  if (zone !== undefined && !isTimeZone(zone)) {
    throw featuresErrors.FEATURES_TIME_ZONE_UNKNOWN(zone)
  }
  if (knownAt === undefined) return
  const knownType = (source.types.get(knownAt) ?? '').toLowerCase()
  if (knownType !== 'timestamp') throw featuresErrors.FEATURES_TIME_TYPE(knownAt, knownType)
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format() !== ''
  } catch {
    return false
  }
}
