import type { Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const featuresMigrations: Migrations = {
  '0001_features_view': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('feature_view')
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('definition', 'text', (c) => c.notNull())
        .addColumn('creator', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('feature_view_pk', ['name', 'version'])
        .execute()
    },
  },
}
