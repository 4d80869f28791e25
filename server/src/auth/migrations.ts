import { sql, type Kysely } from 'kysely'
import { isPostgres, type Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const authMigrations: Migrations = {
  '0001_auth_token': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('auth_token')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('hash', 'text', (c) => c.notNull().unique())
        .addColumn('principal', 'text', (c) => c.notNull())
        .addColumn('kind', 'text', (c) => c.notNull())
        .addColumn('is_owner', 'integer', (c) => c.notNull())
        .addColumn('attempt_id', 'text')
        .addColumn('comment', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('expires_at', 'bigint')
        .execute()
    },
  },
  '0002_auth_audit_entry': {
    async up(db: Kysely<unknown>) {
      const seq = isPostgres(db)
        ? sql`bigint generated always as identity primary key`
        : sql`integer primary key autoincrement`
      await sql`create table audit_entry (
        seq ${seq}, action text not null, subject text not null, principal text not null,
        data text not null, created_at bigint not null,
        previous_hash text not null unique, hash text not null unique
      )`.execute(db)
      await db.schema
        .createIndex('audit_entry_subject')
        .on('audit_entry')
        .columns(['subject', 'seq'])
        .execute()
    },
  },
  '0003_auth_secret': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('auth_secret_scope')
        .addColumn('name', 'text', (c) => c.primaryKey())
        .addColumn('creator', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('auth_secret')
        .addColumn('scope', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('sealed', 'text', (c) => c.notNull())
        .addColumn('updated_at', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('auth_secret_pk', ['scope', 'key'])
        .execute()
      await db.schema
        .createTable('auth_secret_acl')
        .addColumn('scope', 'text', (c) => c.notNull())
        .addColumn('principal', 'text', (c) => c.notNull())
        .addColumn('permission', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('auth_secret_acl_pk', ['scope', 'principal'])
        .execute()
    },
  },
}
