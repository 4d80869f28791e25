import type { Selectable, Updateable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { WebhookSubscriptionTable } from './tables.ts'
import type { DialectName, Subscription } from './types.ts'

export interface NewSubscription extends Omit<Subscription, 'updatedAt'> {
  readonly sealedSecrets: string
}

export async function insertSubscription(db: Db, input: NewSubscription): Promise<void> {
  await db
    .insertInto('webhook_subscription')
    .values({
      id: input.id,
      dialect: input.dialect,
      creator: input.creator,
      sealed_secrets: input.sealedSecrets,
      created_at: input.createdAt.getTime(),
      updated_at: input.createdAt.getTime(),
      deleted_at: null,
      ...toColumns(input),
    })
    .execute()
}

export interface SubscriptionUpdate extends Pick<
  Subscription,
  'id' | 'name' | 'description' | 'status' | 'modelName' | 'events' | 'target'
> {
  /** Kept as they are when absent. */
  readonly sealedSecrets?: string
}

export async function updateSubscription(
  db: Db,
  input: SubscriptionUpdate,
  now: Date,
): Promise<void> {
  const changed: Updateable<WebhookSubscriptionTable> = {
    ...toColumns(input),
    updated_at: now.getTime(),
    ...(input.sealedSecrets === undefined ? {} : { sealed_secrets: input.sealedSecrets }),
  }
  await db.updateTable('webhook_subscription').set(changed).where('id', '=', input.id).execute()
}

export async function deleteSubscription(db: Db, id: string, now: Date): Promise<void> {
  await db
    .updateTable('webhook_subscription')
    .set({ deleted_at: now.getTime() })
    .where('id', '=', id)
    .execute()
}

export async function findSubscription(
  db: Db,
  dialect: DialectName,
  id: string,
): Promise<Subscription | undefined> {
  const row = await db
    .selectFrom('webhook_subscription')
    .selectAll()
    .where('id', '=', id)
    .where('dialect', '=', dialect)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row && toSubscription(row)
}

/** Also a deleted one, whose deliveries may still be on their way. */
export async function findSubscriptionWithSecrets(
  db: Db,
  id: string,
): Promise<{ subscription: Subscription; sealedSecrets: string; deleted: boolean } | undefined> {
  const row = await db
    .selectFrom('webhook_subscription')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return (
    row && {
      subscription: toSubscription(row),
      sealedSecrets: row.sealed_secrets,
      deleted: row.deleted_at !== null,
    }
  )
}

export async function listActiveSubscriptions(db: Db): Promise<Subscription[]> {
  const rows = await db
    .selectFrom('webhook_subscription')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where('status', '=', 'ACTIVE')
    .execute()
  return rows.map(toSubscription)
}

export interface SubscriptionPage {
  readonly dialect: DialectName
  readonly modelName?: string
  /** Ids after this one. */
  readonly after?: string
  readonly limit: number
}

export async function listSubscriptions(db: Db, page: SubscriptionPage): Promise<Subscription[]> {
  let select = db
    .selectFrom('webhook_subscription')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where('dialect', '=', page.dialect)
    .orderBy('id')
    .limit(page.limit)
  if (page.modelName !== undefined) select = select.where('model_name', '=', page.modelName)
  if (page.after !== undefined) select = select.where('id', '>', page.after)
  return (await select.execute()).map(toSubscription)
}

type Editable = Pick<
  Subscription,
  'name' | 'description' | 'status' | 'modelName' | 'events' | 'target'
>

function toColumns(
  input: Editable,
): Pick<
  Selectable<WebhookSubscriptionTable>,
  'name' | 'description' | 'status' | 'model_name' | 'events' | 'url' | 'verify_tls' | 'job_id'
> {
  const { target } = input
  return {
    name: input.name,
    description: input.description,
    status: input.status,
    model_name: input.modelName ?? null,
    events: input.events.join(' '),
    url: target.kind === 'http' ? target.url : null,
    verify_tls: target.kind === 'http' && target.verifyTls ? 1 : 0,
    job_id: target.kind === 'job' ? target.jobId : null,
  }
}

function toSubscription(row: Selectable<WebhookSubscriptionTable>): Subscription {
  return {
    id: row.id,
    dialect: row.dialect,
    name: row.name,
    description: row.description,
    status: row.status,
    modelName: row.model_name ?? undefined,
    events: row.events.split(' '),
    target:
      row.url === null
        ? { kind: 'job', jobId: Number(row.job_id) }
        : { kind: 'http', url: row.url, verifyTls: row.verify_tls === 1 },
    creator: row.creator,
    createdAt: new Date(Number(row.created_at)),
    updatedAt: new Date(Number(row.updated_at)),
  }
}
