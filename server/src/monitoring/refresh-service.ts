import './events.ts'
import { appendEvent, inTransaction, newId, type Ctx } from '../core/index.ts'
import { lowerIsBetter, qualityMetrics, type QualityMetric } from '../serving/index.ts'
import { queryRows, writeTable } from '../tables/index.ts'
import { monitoringErrors } from './errors.ts'
import { measureDrift, measureQuality, openSides, quote, type Sides } from './measure.ts'
import {
  findMonitor,
  insertAlert,
  updateRefreshed,
  upsertMonitor,
  wasRaised,
} from './monitor-store.ts'
import type { MonitorDefinition } from './schema.ts'
import type { Alert, Measurement, Monitor } from './types.ts'

export async function setMonitor(ctx: Ctx, definition: MonitorDefinition): Promise<Monitor> {
  const createdAt = ctx.now()
  await upsertMonitor(ctx.db, { definition, creator: ctx.principal.name, createdAt })
  return getMonitor(ctx, definition.name)
}

export async function getMonitor(ctx: Ctx, name: string): Promise<Monitor> {
  const monitor = await findMonitor(ctx.db, name)
  if (!monitor) throw monitoringErrors.MONITORING_MONITOR_NOT_FOUND(name)
  return monitor
}

export interface Refresh {
  readonly window: string
  readonly version: number
  readonly baselineVersion: number
  readonly measurements: readonly Measurement[]
  readonly alerts: readonly Alert[]
}

/**
 * Compares the newest window with the baseline, keeps every value, and raises what is over a limit.
 * About the same version of the table each limit is raised once, so a refresh that is tried again
 * after a crash, or asked for twice, starts nothing a second time; the answer names it every time.
 */
export async function refreshMonitor(ctx: Ctx, name: string): Promise<Refresh> {
  const { definition } = await getMonitor(ctx, name)
  const sides = await openSides(ctx, definition)
  await requireBaseline(ctx, definition, sides)
  const measurements = [
    ...(await measureDrift(ctx, definition, sides)),
    ...(await measureQuality(ctx, definition, sides)),
  ]
  await writeMeasurements(ctx, { definition, sides, measurements })
  await writeProfile(ctx, definition, sides)
  const alerts = findAlerts(ctx, definition, { sides, measurements })
  await inTransaction(ctx, async (tx) => {
    // First, for the lock on the monitor's row: of two refreshes at once one sees the other's alerts.
    await updateRefreshed(tx.db, name, { at: tx.now(), version: sides.version })
    await appendEvent(tx, {
      type: 'monitoring.refreshed',
      subject: `monitor:${name}`,
      payload: { monitor: name, table: definition.table, window_end: sides.window },
    })
    for (const alert of alerts) {
      if (!(await wasRaised(tx.db, alert))) await raise(tx, alert)
    }
  })
  const { window, version, baselineVersion } = sides
  return { window, version, baselineVersion, measurements, alerts }
}

async function raise(tx: Ctx, alert: Alert): Promise<void> {
  const { monitor, table, column, metric, value, limit, window } = alert
  await insertAlert(tx.db, alert)
  await appendEvent(tx, {
    type: 'monitoring.alert',
    subject: `monitor:${monitor}`,
    payload: { monitor, table, column, metric, value, limit, window },
  })
}

async function requireBaseline(
  ctx: Ctx,
  definition: MonitorDefinition,
  sides: Sides,
): Promise<void> {
  const { rows } = await queryRows(ctx, { sql: `SELECT count(*) FROM ${sides.baseline}` })
  if (Number(rows[0]?.[0] ?? 0) > 0) return
  throw monitoringErrors.MONITORING_BASELINE_EMPTY(definition.baseline.table)
}

function findAlerts(
  ctx: Ctx,
  definition: MonitorDefinition,
  { sides, measurements }: { readonly sides: Sides; readonly measurements: readonly Measurement[] },
): Alert[] {
  return (definition.alerts ?? []).flatMap((rule) =>
    measurements
      .filter(({ metric }) => metric === rule.metric)
      .filter(({ column }) => rule.column === '*' || column === rule.column)
      .filter((found) => sliceOf(found) === (rule.slice ?? ''))
      .filter(({ value }) => isOver(rule.metric, value, rule.limit))
      .map((found) => ({
        id: newId(),
        monitor: definition.name,
        table: definition.table,
        column: found.column,
        metric: found.metric,
        slice: sliceOf(found),
        value: found.value,
        limit: rule.limit,
        window: sides.window,
        version: sides.version,
        createdAt: ctx.now(),
      })),
  )
}

function sliceOf({ sliceKey, sliceValue }: Measurement): string {
  return sliceKey === '' ? '' : `${sliceKey}=${sliceValue}`
}

const quality: ReadonlySet<string> = new Set(qualityMetrics)

function isOver(metric: string, value: number, limit: number): boolean {
  const moreIsBetter = quality.has(metric) && !lowerIsBetter.has(metric as QualityMetric)
  return moreIsBetter ? value < limit : value > limit
}

interface Written {
  readonly definition: MonitorDefinition
  readonly sides: Sides
  readonly measurements: readonly Measurement[]
}

async function writeMeasurements(ctx: Ctx, written: Written): Promise<void> {
  const { definition, sides, measurements } = written
  const at = ctx.now().toISOString()
  const values = measurements.map(
    (m) =>
      `(${[sides.window, m.column, m.sliceKey, m.sliceValue, m.metric].map(text).join(', ')}, ${m.value}::DOUBLE, ${m.rows}::BIGINT)`,
  )
  if (values.length === 0) return
  const sql = `SELECT *, ${sides.version}::BIGINT AS table_version,
      ${sides.baselineVersion}::BIGINT AS baseline_version, TIMESTAMPTZ ${text(at)} AS computed_at
    FROM (VALUES ${values.join(', ')}) v("window", column_name, slice_key, slice_value, metric, value, rows)`
  await writeTable(ctx, {
    table: outputTable(definition, 'drift'),
    mode: 'append',
    source: { sql },
  })
}

async function writeProfile(ctx: Ctx, definition: MonitorDefinition, sides: Sides): Promise<void> {
  const at = ctx.now().toISOString()
  const parts = [...sides.columns].map(([column, isNumeric]) => {
    const number = isNumeric ? `CAST(${quote(column)} AS DOUBLE)` : 'NULL::DOUBLE'
    return `SELECT ${text(sides.window)} AS "window", ${text(column)} AS column_name,
      count(*) AS rows, count(*) - count(${quote(column)}) AS nulls,
      count(DISTINCT ${quote(column)}) AS distinct_values, avg(${number}) AS mean,
      min(${number}) AS min, max(${number}) AS max, stddev_samp(${number}) AS stddev,
      ${sides.version}::BIGINT AS table_version, TIMESTAMPTZ ${text(at)} AS computed_at
      FROM ${sides.current}`
  })
  if (parts.length === 0) return
  const sql = parts.join(' UNION ALL ')
  await writeTable(ctx, {
    table: outputTable(definition, 'profile'),
    mode: 'append',
    source: { sql },
  })
}

function outputTable(definition: MonitorDefinition, kind: 'drift' | 'profile'): string {
  const schema = definition.output_schema ?? 'main.default'
  return `${schema}.${definition.name.replaceAll('-', '_')}_${kind}_metrics`
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
