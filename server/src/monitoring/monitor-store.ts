import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { MonitorAlertTable, MonitorTable } from './tables.ts'
import type { Alert, Monitor } from './types.ts'

export type NewMonitor = Pick<Monitor, 'definition' | 'creator' | 'createdAt'>

/** Creates the monitor, or gives the one of that name another definition. */
export async function upsertMonitor(db: Db, monitor: NewMonitor): Promise<void> {
  const definition = JSON.stringify(monitor.definition)
  await db
    .insertInto('monitor')
    .values({
      name: monitor.definition.name,
      definition,
      creator: monitor.creator,
      created_at: monitor.createdAt.getTime(),
      refreshed_at: null,
      refreshed_version: null,
    })
    .onConflict((c) => c.column('name').doUpdateSet({ definition }))
    .execute()
}

export async function findMonitor(db: Db, name: string): Promise<Monitor | undefined> {
  const row = await db.selectFrom('monitor').selectAll().where('name', '=', name).executeTakeFirst()
  return row && toMonitor(row)
}

export async function listMonitors(db: Db): Promise<Monitor[]> {
  const rows = await db.selectFrom('monitor').selectAll().orderBy('name').execute()
  return rows.map(toMonitor)
}

export async function deleteMonitor(db: Db, name: string): Promise<void> {
  await db.deleteFrom('monitor').where('name', '=', name).execute()
}

export async function updateRefreshed(
  db: Db,
  name: string,
  refreshed: { readonly at: Date; readonly version: number },
): Promise<void> {
  await db
    .updateTable('monitor')
    .set({ refreshed_at: refreshed.at.getTime(), refreshed_version: refreshed.version })
    .where('name', '=', name)
    .execute()
}

export async function insertAlert(db: Db, alert: Alert): Promise<void> {
  await db
    .insertInto('monitor_alert')
    .values({
      id: alert.id,
      monitor: alert.monitor,
      table_name: alert.table,
      column_name: alert.column,
      metric: alert.metric,
      slice: alert.slice,
      value: alert.value,
      limit_value: alert.limit,
      window_end: alert.window,
      table_version: alert.version,
      created_at: alert.createdAt.getTime(),
    })
    .execute()
}

/** Whether this was raised before about the same rows, against the same limit. */
export async function wasRaised(db: Db, alert: Alert): Promise<boolean> {
  const row = await db
    .selectFrom('monitor_alert')
    .select('id')
    .where('monitor', '=', alert.monitor)
    .where('table_version', '=', alert.version)
    .where('table_name', '=', alert.table)
    .where('window_end', '=', alert.window)
    .where('column_name', '=', alert.column)
    .where('metric', '=', alert.metric)
    .where('slice', '=', alert.slice)
    .where('limit_value', '=', alert.limit)
    .executeTakeFirst()
  return row !== undefined
}

/** Newest first. */
export async function listAlerts(db: Db, monitor: string, limit: number): Promise<Alert[]> {
  const rows = await db
    .selectFrom('monitor_alert')
    .selectAll()
    .where('monitor', '=', monitor)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toAlert)
}

function toMonitor(row: Selectable<MonitorTable>): Monitor {
  return {
    definition: JSON.parse(row.definition) as Monitor['definition'],
    creator: row.creator,
    createdAt: new Date(Number(row.created_at)),
    refreshedAt: row.refreshed_at === null ? undefined : new Date(Number(row.refreshed_at)),
    refreshedVersion: row.refreshed_version === null ? undefined : Number(row.refreshed_version),
  }
}

function toAlert(row: Selectable<MonitorAlertTable>): Alert {
  return {
    id: row.id,
    monitor: row.monitor,
    table: row.table_name,
    column: row.column_name,
    metric: row.metric,
    slice: row.slice,
    value: row.value,
    limit: row.limit_value,
    window: row.window_end,
    version: Number(row.table_version),
    createdAt: new Date(Number(row.created_at)),
  }
}
