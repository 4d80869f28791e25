import type { Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const computeMigrations: Migrations = {
  '0001_compute_environment': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('compute_environment')
        .addColumn('hash', 'text', (c) => c.primaryKey())
        .addColumn('lock', 'text', (c) => c.notNull())
        .addColumn('requirements', 'text', (c) => c.notNull())
        .addColumn('python_version', 'text', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('error', 'text')
        .addColumn('size_bytes', 'bigint')
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('ready_at', 'bigint')
        .execute()
      await db.schema
        .createTable('compute_resolution')
        .addColumn('key', 'text', (c) => c.primaryKey())
        .addColumn('hash', 'text', (c) => c.notNull())
        .addColumn('resolved_at', 'bigint', (c) => c.notNull())
        .execute()
    },
  },
  '0002_compute_attempt': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('compute_attempt')
        .addColumn('attempt_id', 'text', (c) => c.primaryKey())
        .addColumn('environment', 'text', (c) => c.notNull())
        .addColumn('entry', 'text', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('reason', 'text')
        .addColumn('exit_code', 'integer')
        .addColumn('started_at', 'bigint', (c) => c.notNull())
        .addColumn('ended_at', 'bigint')
        .addColumn('max_rss_bytes', 'bigint')
        .addColumn('cpu_ms', 'bigint')
        .execute()
      await db.schema
        .createIndex('compute_attempt_state')
        .on('compute_attempt')
        .columns(['state', 'attempt_id'])
        .execute()
    },
  },
}
