import type { Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const automlMigrations: Migrations = {
  '0001_automl_search': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('automl_search')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('name', 'text', (c) => c.notNull().unique())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('message', 'text')
        .addColumn('table_name', 'text', (c) => c.notNull())
        .addColumn('table_version', 'bigint', (c) => c.notNull())
        .addColumn('rows', 'bigint', (c) => c.notNull())
        .addColumn('unlabelled', 'bigint', (c) => c.notNull())
        .addColumn('sha256', 'text')
        .addColumn('spec', 'text', (c) => c.notNull())
        .addColumn('task', 'text', (c) => c.notNull())
        .addColumn('dropped', 'text', (c) => c.notNull())
        .addColumn('file_columns', 'text', (c) => c.notNull())
        .addColumn('experiment_id', 'text', (c) => c.notNull())
        .addColumn('run_id', 'text', (c) => c.notNull())
        .addColumn('environment', 'text')
        .addColumn('principal', 'text', (c) => c.notNull())
        .addColumn('principal_kind', 'text', (c) => c.notNull())
        .addColumn('principal_is_owner', 'integer', (c) => c.notNull())
        .addColumn('attempt_id', 'text')
        .addColumn('idempotency_token', 'text', (c) => c.unique())
        .addColumn('exploration_path', 'text')
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('started_at', 'bigint')
        .addColumn('ended_at', 'bigint')
        .execute()
      await db.schema
        .createIndex('automl_search_state')
        .on('automl_search')
        .columns(['state', 'id'])
        .execute()
    },
  },
  '0002_automl_trial': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('automl_trial')
        .addColumn('search_id', 'text', (c) => c.notNull().references('automl_search.id'))
        .addColumn('number', 'integer', (c) => c.notNull())
        .addColumn('learner', 'text', (c) => c.notNull())
        .addColumn('point', 'text', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('run_id', 'text', (c) => c.notNull().unique())
        .addColumn('attempt_id', 'text', (c) => c.notNull())
        .addColumn('score', 'double precision')
        .addColumn('metrics', 'text', (c) => c.notNull())
        .addColumn('notebook_path', 'text')
        .addColumn('error', 'text')
        .addColumn('started_at', 'bigint', (c) => c.notNull())
        .addColumn('ended_at', 'bigint')
        .addPrimaryKeyConstraint('automl_trial_pk', ['search_id', 'number'])
        .execute()
    },
  },
}
