import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { WebhookDeliveryTable } from './tables.ts'
import { DeliveryState, type Delivery } from './types.ts'

export type NewDelivery = Pick<
  Delivery,
  'id' | 'subscriptionId' | 'eventSeq' | 'event' | 'body' | 'createdAt'
>

/** One delivery per subscription and event; asking twice is no change. */
export async function insertDelivery(db: Db, input: NewDelivery): Promise<void> {
  await db
    .insertInto('webhook_delivery')
    .values({
      id: input.id,
      subscription_id: input.subscriptionId,
      event_seq: input.eventSeq,
      event: input.event,
      body: input.body,
      state: DeliveryState.Pending,
      tries: 0,
      next_try_at: input.createdAt.getTime(),
      last_status: null,
      last_outcome: null,
      created_at: input.createdAt.getTime(),
      finished_at: null,
    })
    .onConflict((c) => c.columns(['subscription_id', 'event_seq']).doNothing())
    .execute()
}

export interface Outcome {
  readonly state: DeliveryState
  readonly status: number | undefined
  readonly text: string
  readonly nextTryAt: Date
  readonly now: Date
}

/** Records one try. */
export async function updateDelivery(db: Db, id: string, outcome: Outcome): Promise<void> {
  await db
    .updateTable('webhook_delivery')
    .set((eb) => ({
      state: outcome.state,
      tries: eb('tries', '+', 1),
      last_status: outcome.status ?? null,
      last_outcome: outcome.text,
      next_try_at: outcome.nextTryAt.getTime(),
      finished_at: outcome.state === DeliveryState.Pending ? null : outcome.now.getTime(),
    }))
    .where('id', '=', id)
    .execute()
}

/** Puts a delivery back in line, whatever became of it. */
export async function reopenDelivery(db: Db, id: string, now: Date): Promise<void> {
  await db
    .updateTable('webhook_delivery')
    .set({
      state: DeliveryState.Pending,
      tries: 0,
      next_try_at: now.getTime(),
      finished_at: null,
    })
    .where('id', '=', id)
    .execute()
}

/** Takes a due delivery for one of several servers until `until`; false when another has it. */
export async function claimDelivery(db: Db, delivery: Delivery, until: Date): Promise<boolean> {
  const result = await db
    .updateTable('webhook_delivery')
    .set({ next_try_at: until.getTime() })
    .where('id', '=', delivery.id)
    .where('state', '=', DeliveryState.Pending)
    .where('next_try_at', '=', delivery.nextTryAt.getTime())
    .executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export interface DueFilter {
  readonly now: Date
  readonly limit: number
  /** Subscriptions whose deliveries are left out. */
  readonly except: readonly string[]
}

export async function listDueDeliveries(db: Db, filter: DueFilter): Promise<Delivery[]> {
  let select = db
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('state', '=', DeliveryState.Pending)
    .where('next_try_at', '<=', filter.now.getTime())
    .orderBy('next_try_at')
    .orderBy('id')
    .limit(filter.limit)
  if (filter.except.length > 0) select = select.where('subscription_id', 'not in', filter.except)
  return (await select.execute()).map(toDelivery)
}

/** When the next pending delivery is due; undefined when there is none. */
export async function nextDueAt(db: Db, except: readonly string[]): Promise<Date | undefined> {
  let select = db
    .selectFrom('webhook_delivery')
    .select('next_try_at')
    .where('state', '=', DeliveryState.Pending)
    .orderBy('next_try_at')
    .limit(1)
  if (except.length > 0) select = select.where('subscription_id', 'not in', except)
  const row = await select.executeTakeFirst()
  return row && new Date(Number(row.next_try_at))
}

export async function findDelivery(db: Db, id: string): Promise<Delivery | undefined> {
  const row = await db
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toDelivery(row)
}

export interface DeliveryPage {
  readonly subscriptionId: string
  /** Ids before this one: the list runs from the newest back. */
  readonly before?: string
  readonly limit: number
}

export async function listDeliveries(db: Db, page: DeliveryPage): Promise<Delivery[]> {
  let select = db
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('subscription_id', '=', page.subscriptionId)
    .orderBy('id', 'desc')
    .limit(page.limit)
  if (page.before !== undefined) select = select.where('id', '<', page.before)
  return (await select.execute()).map(toDelivery)
}

function toDelivery(row: Selectable<WebhookDeliveryTable>): Delivery {
  return {
    id: row.id,
    subscriptionId: row.subscription_id,
    eventSeq: Number(row.event_seq),
    event: row.event,
    body: row.body,
    state: row.state,
    tries: Number(row.tries),
    nextTryAt: new Date(Number(row.next_try_at)),
    lastStatus: row.last_status ?? undefined,
    lastOutcome: row.last_outcome ?? undefined,
    createdAt: new Date(Number(row.created_at)),
    finishedAt: row.finished_at === null ? undefined : new Date(Number(row.finished_at)),
  }
}
