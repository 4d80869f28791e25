import type { Kysely } from 'kysely'
import type { Migrations } from '../core/index.ts'

/** Append only. A merged migration is never edited; the next one repairs it. */
export const webhooksMigrations: Migrations = {
  '0001_webhooks_subscription': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('webhook_subscription')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('dialect', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('description', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('model_name', 'text')
        .addColumn('events', 'text', (c) => c.notNull())
        .addColumn('url', 'text')
        .addColumn('verify_tls', 'integer', (c) => c.notNull())
        .addColumn('job_id', 'bigint')
        .addColumn('sealed_secrets', 'text', (c) => c.notNull())
        .addColumn('creator', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('updated_at', 'bigint', (c) => c.notNull())
        .addColumn('deleted_at', 'bigint')
        .execute()
    },
  },
  '0002_webhooks_delivery': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('webhook_delivery')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('subscription_id', 'text', (c) =>
          c.notNull().references('webhook_subscription.id'),
        )
        .addColumn('event_seq', 'bigint', (c) => c.notNull())
        .addColumn('event', 'text', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('tries', 'integer', (c) => c.notNull())
        .addColumn('next_try_at', 'bigint', (c) => c.notNull())
        .addColumn('last_status', 'integer')
        .addColumn('last_outcome', 'text')
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('finished_at', 'bigint')
        .addUniqueConstraint('webhook_delivery_once', ['subscription_id', 'event_seq'])
        .execute()
      await db.schema
        .createIndex('webhook_delivery_due')
        .on('webhook_delivery')
        .columns(['state', 'next_try_at'])
        .execute()
      await db.schema
        .createIndex('webhook_delivery_of')
        .on('webhook_delivery')
        .columns(['subscription_id', 'id'])
        .execute()
    },
  },
}
