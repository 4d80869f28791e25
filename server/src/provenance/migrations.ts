import type { Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const provenanceMigrations: Migrations = {
  '0001_provenance_replay': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('provenance_replay')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('model', 'text', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('original_run', 'text', (c) => c.notNull())
        .addColumn('replay_run', 'text', (c) => c.notNull())
        .addColumn('pins', 'text', (c) => c.notNull())
        .addColumn('outcome', 'text')
        .addColumn('message', 'text')
        .addColumn('principal', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('ended_at', 'bigint')
        .execute()
      await db.schema
        .createIndex('provenance_replay_of')
        .on('provenance_replay')
        .columns(['model', 'version', 'id'])
        .execute()
      await db.schema
        .createIndex('provenance_replay_state')
        .on('provenance_replay')
        .columns(['state'])
        .execute()
    },
  },
}
