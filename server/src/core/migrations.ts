import { PostgresAdapter, sql, type Kysely } from 'kysely'
import type { Migrations } from './db/migrate.ts'

/** Whether this connection talks to Postgres; for the rare statement that differs. */
export function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter
}

/** Append only. A merged migration is never edited; the next one repairs it. */
export const coreMigrations: Migrations = {
  '0001_core_event': {
    async up(db: Kysely<unknown>) {
      const seq = isPostgres(db)
        ? sql`bigint generated always as identity primary key`
        : sql`integer primary key autoincrement`
      await sql`create table event (
        seq ${seq}, id text not null unique, type text not null, subject text not null,
        payload text not null, principal text not null, created_at bigint not null
      )`.execute(db)
      await db.schema.createIndex('event_type').on('event').columns(['type', 'seq']).execute()
      await db.schema.createIndex('event_subject').on('event').columns(['subject', 'seq']).execute()
      await db.schema
        .createTable('event_cursor')
        .addColumn('consumer', 'text', (c) => c.primaryKey())
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .execute()
    },
  },
  '0002_core_lineage_edge': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('lineage_edge')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('kind', 'text', (c) => c.notNull())
        .addColumn('from_node', 'text', (c) => c.notNull())
        .addColumn('to_node', 'text', (c) => c.notNull())
        .addColumn('data', 'text', (c) => c.notNull())
        .addColumn('principal', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addUniqueConstraint('lineage_edge_once', ['from_node', 'kind', 'to_node'])
        .execute()
      await db.schema
        .createIndex('lineage_edge_to')
        .on('lineage_edge')
        .columns(['to_node', 'kind'])
        .execute()
    },
  },
}
