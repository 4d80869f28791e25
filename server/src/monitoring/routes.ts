import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { deleteMonitor, listAlerts, listMonitors } from './monitor-store.ts'
import { getMonitor, refreshMonitor, setMonitor } from './refresh-service.ts'
import { MonitorDefinition } from './schema.ts'
import type { Alert, Monitor } from './types.ts'

const prefix = '/api/millrace/1.0/monitors'
const one = Type.Object({ name: Type.String({ description: 'Of the monitor.' }) })
const page = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }) })

/** Monitors, their refreshes and alerts. */
export const monitoringRoutes: RoutePlugin = async (app) => {
  app.post(prefix, { schema: { body: MonitorDefinition } }, async (request) =>
    encode(await setMonitor(request.ctx, request.body)),
  )

  app.get(prefix, async (request) => {
    const monitors = await listMonitors(request.ctx.db)
    return { monitors: monitors.map(encode) }
  })

  app.get(`${prefix}/:name`, { schema: { params: one } }, async (request) =>
    encode(await getMonitor(request.ctx, request.params.name)),
  )

  app.delete(`${prefix}/:name`, { schema: { params: one } }, async (request) => {
    await getMonitor(request.ctx, request.params.name)
    await deleteMonitor(request.ctx.db, request.params.name)
    return {}
  })

  app.post(`${prefix}/:name/refresh`, { schema: { params: one } }, async (request) => {
    const refresh = await refreshMonitor(request.ctx, request.params.name)
    return {
      window: refresh.window,
      table_version: refresh.version,
      baseline_version: refresh.baselineVersion,
      measurements: refresh.measurements.length,
      alerts: refresh.alerts.map(encodeAlert),
    }
  })

  const alerts = { schema: { params: one, querystring: page } }
  app.get(`${prefix}/:name/alerts`, alerts, async (request) => {
    const { definition } = await getMonitor(request.ctx, request.params.name)
    const found = await listAlerts(request.ctx.db, definition.name, request.query.limit)
    return { alerts: found.map(encodeAlert) }
  })
}

function encode(monitor: Monitor): Record<string, unknown> {
  return {
    ...monitor.definition,
    creator: monitor.creator,
    created_at: monitor.createdAt.getTime(),
    refreshed_at: monitor.refreshedAt?.getTime() ?? null,
    refreshed_version: monitor.refreshedVersion ?? null,
  }
}

function encodeAlert(alert: Alert): Record<string, unknown> {
  return {
    id: alert.id,
    monitor: alert.monitor,
    table: alert.table,
    column: alert.column,
    metric: alert.metric,
    slice: alert.slice,
    value: alert.value,
    limit: alert.limit,
    window: alert.window,
    created_at: alert.createdAt.getTime(),
  }
}
