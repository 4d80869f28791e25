import type { Selectable } from 'kysely'
import { newId, type Ctx, type Db } from '../../core/index.ts'
import type { JobNotificationTable } from '../tables.ts'
import type { Message } from './messages.ts'
import type { Recipient } from './recipients.ts'

export interface Queued extends Recipient {
  readonly id: string
  readonly message: Message
  readonly tries: number
}

/** Queues a message in the transaction of what it tells. */
export async function insertNotifications(
  tx: Ctx,
  recipients: readonly Recipient[],
  message: Message,
): Promise<void> {
  if (recipients.length === 0) return
  const now = tx.now().getTime()
  const rows = recipients.map(({ channel, target }) => ({
    id: newId(now),
    channel,
    target,
    message: JSON.stringify(message),
    state: 'PENDING' as const,
    tries: 0,
    next_try_at: now,
    error: null,
    created_at: now,
  }))
  await tx.db.insertInto('job_notification').values(rows).execute()
}

export async function listDue(db: Db, now: Date, limit: number): Promise<Queued[]> {
  const rows = await db
    .selectFrom('job_notification')
    .selectAll()
    .where('state', '=', 'PENDING')
    .where('next_try_at', '<=', now.getTime())
    .orderBy('next_try_at')
    .limit(limit)
    .execute()
  return rows.map(toQueued)
}

export async function nextTryAt(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('job_notification')
    .select('next_try_at')
    .where('state', '=', 'PENDING')
    .orderBy('next_try_at')
    .limit(1)
    .executeTakeFirst()
  return row && Number(row.next_try_at)
}

export async function updateNotification(
  db: Db,
  id: string,
  columns: Partial<Pick<JobNotificationTable, 'state' | 'tries' | 'next_try_at' | 'error'>>,
): Promise<void> {
  await db.updateTable('job_notification').set(columns).where('id', '=', id).execute()
}

function toQueued(row: Selectable<JobNotificationTable>): Queued {
  return {
    id: row.id,
    channel: row.channel,
    target: row.target,
    message: JSON.parse(row.message) as Message,
    tries: row.tries,
  }
}
