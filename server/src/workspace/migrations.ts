import type { Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const workspaceMigrations: Migrations = {
  '0001_workspace_object': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('workspace_object')
        .addColumn('path', 'text', (c) => c.primaryKey())
        .addColumn('parent', 'text', (c) => c.notNull())
        .addColumn('object_id', 'bigint', (c) => c.notNull())
        .addColumn('type', 'text', (c) => c.notNull())
        .addColumn('language', 'text')
        .addColumn('format', 'text')
        .addColumn('size', 'bigint', (c) => c.notNull())
        .addColumn('hash', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('modified_at', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createIndex('workspace_object_parent')
        .on('workspace_object')
        .columns(['parent', 'path'])
        .execute()
    },
  },
  '0002_workspace_deployment': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('workspace_deployment')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('target', 'text', (c) => c.notNull())
        .addColumn('root_path', 'text', (c) => c.notNull())
        .addColumn('commit_sha', 'text')
        .addColumn('branch', 'text')
        .addColumn('dirty_diff', 'text', (c) => c.notNull())
        .addColumn('resources', 'text', (c) => c.notNull())
        .addColumn('principal', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createIndex('workspace_deployment_root')
        .on('workspace_deployment')
        .columns(['root_path', 'id'])
        .execute()
    },
  },
}
