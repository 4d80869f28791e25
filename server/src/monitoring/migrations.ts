import type { Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const monitoringMigrations: Migrations = {
  '0001_monitoring_monitor': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('monitor')
        .addColumn('name', 'text', (c) => c.primaryKey())
        .addColumn('definition', 'text', (c) => c.notNull())
        .addColumn('creator', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('refreshed_at', 'bigint')
        .addColumn('refreshed_version', 'bigint')
        .execute()
      await db.schema
        .createTable('monitor_alert')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('monitor', 'text', (c) => c.notNull())
        .addColumn('table_name', 'text', (c) => c.notNull())
        .addColumn('column_name', 'text', (c) => c.notNull())
        .addColumn('metric', 'text', (c) => c.notNull())
        .addColumn('slice', 'text', (c) => c.notNull())
        .addColumn('value', 'double precision', (c) => c.notNull())
        .addColumn('limit_value', 'double precision', (c) => c.notNull())
        .addColumn('window_end', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createIndex('monitor_alert_of')
        .on('monitor_alert')
        .columns(['monitor', 'id'])
        .execute()
    },
  },
  '0002_monitoring_alert_version': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('monitor_alert')
        .addColumn('table_version', 'bigint', (c) => c.notNull().defaultTo(-1))
        .execute()
      await db.schema
        .createIndex('monitor_alert_raised')
        .on('monitor_alert')
        .columns(['monitor', 'table_version'])
        .execute()
    },
  },
}
