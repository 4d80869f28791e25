import type { Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const tablesMigrations: Migrations = {
  '0001_tables_catalog': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('table_schema')
        .addColumn('name', 'text', (c) => c.primaryKey())
        .addColumn('comment', 'text')
        .addColumn('created_by', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('table_entry')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('schema_name', 'text', (c) => c.notNull().references('table_schema.name'))
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('location', 'text', (c) => c.notNull())
        .addColumn('is_managed', 'integer', (c) => c.notNull())
        .addColumn('event_version', 'bigint', (c) => c.notNull())
        .addColumn('created_by', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('updated_at', 'bigint', (c) => c.notNull())
        .addUniqueConstraint('table_entry_name', ['schema_name', 'name'])
        .execute()
    },
  },
  '0002_tables_stage': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('table_stage')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('attempt_id', 'text', (c) => c.notNull())
        .addColumn('table_name', 'text', (c) => c.notNull())
        .addColumn('mode', 'text', (c) => c.notNull())
        .addColumn('keys', 'text', (c) => c.notNull())
        .addColumn('location', 'text', (c) => c.notNull())
        .addColumn('file', 'text', (c) => c.notNull())
        .addColumn('schema_string', 'text', (c) => c.notNull())
        .addColumn('properties', 'text', (c) => c.notNull())
        .addColumn('rows', 'bigint', (c) => c.notNull())
        .addColumn('principal', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createIndex('table_stage_attempt')
        .on('table_stage')
        .columns(['attempt_id', 'id'])
        .execute()
    },
  },
  '0003_tables_stage_request': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('table_stage').addColumn('request_id', 'text').execute()
      await db.schema
        .createIndex('table_stage_request')
        .unique()
        .on('table_stage')
        .columns(['attempt_id', 'request_id'])
        .execute()
    },
  },
  '0004_tables_stage_partitions': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('table_stage')
        .addColumn('partition_columns', 'text', (c) => c.notNull().defaultTo('[]'))
        .execute()
      await db.schema.alterTable('table_stage').addColumn('comment', 'text').execute()
    },
  },
  '0005_tables_stage_change': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('table_stage').addColumn('change_plan', 'text').execute()
    },
  },
}
