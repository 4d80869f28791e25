import type { Selectable } from 'kysely'
import type { Ctx } from '../ctx.ts'
import type { Db } from '../db/tables.ts'
import { query, run, runScript, type Script } from '../db/script.ts'
import { newId } from '../ids.ts'
import type { EventTable } from './tables.ts'
import type { EventType, NewEvent, PlatformEvent } from './types.ts'

/** Any constant; it names the lock that makes Postgres hand out `seq` in commit order. */
const appendLock = 7_061_001

/** Writes an event in the transaction of `tx`: it exists if and only if that transaction commits. */
export async function appendEvent<Type extends EventType>(
  tx: Ctx,
  event: NewEvent<Type>,
): Promise<void> {
  await runScript(tx, () => eventScript(tx, event))
}

/** `appendEvent` for a script; whoever runs it calls `ctx.events.wake()` after the commit. */
export function* eventScript<Type extends EventType>(
  ctx: Ctx,
  event: NewEvent<Type>,
): Script<void> {
  if (ctx.database.dialect === 'postgres') {
    yield* query('select pg_advisory_xact_lock(?)', appendLock)
  }
  const now = ctx.now().getTime()
  yield* run(
    'insert into event (id, type, subject, payload, principal, created_at) values (?, ?, ?, ?, ?, ?)',
    newId(now),
    event.type,
    event.subject,
    JSON.stringify(event.payload),
    ctx.principal.name,
    now,
  )
}

export interface EventFilter {
  readonly after: number
  readonly limit: number
  readonly types?: readonly EventType[]
  readonly subject?: string
}

/** Events after a position, oldest first. */
export async function listEvents(db: Db, filter: EventFilter): Promise<PlatformEvent[]> {
  let query = db
    .selectFrom('event')
    .selectAll()
    .where('seq', '>', filter.after)
    .orderBy('seq')
    .limit(filter.limit)
  if (filter.types) query = query.where('type', 'in', filter.types)
  if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject)
  return (await query.execute()).map(toEvent)
}

/** The newest position, 0 in a new database. */
export async function lastEventSeq(db: Db): Promise<number> {
  const row = await db
    .selectFrom('event')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .executeTakeFirst()
  return Number(row?.seq ?? 0)
}

export async function findCursor(db: Db, consumer: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('event_cursor')
    .select('seq')
    .where('consumer', '=', consumer)
    .executeTakeFirst()
  return row && Number(row.seq)
}

/** `findCursor` that keeps others from moving it until this transaction ends. Postgres only. */
export async function lockCursor(db: Db, consumer: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('event_cursor')
    .select('seq')
    .where('consumer', '=', consumer)
    .forUpdate()
    .executeTakeFirst()
  return row && Number(row.seq)
}

/** Moves a cursor forward; one that is further already stays. */
export async function upsertCursor(db: Db, consumer: string, seq: number): Promise<void> {
  await db
    .insertInto('event_cursor')
    .values({ consumer, seq })
    .onConflict((c) =>
      c.column('consumer').doUpdateSet({ seq }).where('event_cursor.seq', '<', seq),
    )
    .execute()
}

function toEvent(row: Selectable<EventTable>): PlatformEvent {
  return {
    seq: Number(row.seq),
    id: row.id,
    type: row.type as EventType,
    subject: row.subject,
    payload: JSON.parse(row.payload) as PlatformEvent['payload'],
    principal: row.principal,
    createdAt: new Date(Number(row.created_at)),
  }
}
