import type { Generated } from 'kysely'

export interface MonitorTable {
  name: string
  definition: string
  creator: string
  created_at: number
  refreshed_at: number | null
  refreshed_version: number | null
}

export interface MonitorAlertTable {
  id: string
  monitor: string
  table_name: string
  column_name: string
  metric: string
  slice: string
  value: number
  limit_value: number
  window_end: string
  /** Of the watched table; -1 in rows from before it was kept. */
  table_version: Generated<number>
  created_at: number
}

declare module '../core/db/tables.ts' {
  interface Tables {
    monitor: MonitorTable
    monitor_alert: MonitorAlertTable
  }
}
