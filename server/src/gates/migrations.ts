import type { Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const gatesMigrations: Migrations = {
  '0001_gates_contract': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('gate_contract')
        .addColumn('model', 'text', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('content', 'text', (c) => c.notNull())
        .addColumn('creator', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('gate_contract_pk', ['model', 'version'])
        .execute()
    },
  },
  '0002_gates_evaluation': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('gate_evaluation')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('model', 'text', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('contract_version', 'integer', (c) => c.notNull())
        .addColumn('champion_version', 'integer')
        .addColumn('dataset', 'text', (c) => c.notNull())
        .addColumn('dataset_version', 'bigint')
        .addColumn('passed', 'integer', (c) => c.notNull())
        .addColumn('checks', 'text', (c) => c.notNull())
        .addColumn('principal', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createIndex('gate_evaluation_of')
        .on('gate_evaluation')
        .columns(['model', 'version', 'id'])
        .execute()
    },
  },
}
