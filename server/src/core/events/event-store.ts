import type { Selectable } from 'kysely'
import type { Ctx } from '../ctx.ts'
import { beforeCommit } from '../db/before-commit.ts'
import type { DialectName } from '../db/database.ts'
import { noticeSql } from '../db/notices.ts'
import { insertRows, type RowValues } from '../db/rows.ts'
import { query, runScript, type Script } from '../db/script.ts'
import type { Db } from '../db/tables.ts'
import { newId } from '../ids.ts'
import type { EventTable } from './tables.ts'
import type { AnyNewEvent, EventType, NewEvent, PlatformEvent } from './types.ts'

/** Any constant; it names the lock that makes Postgres hand out `seq` in commit order. */
const appendLock = 7_061_001

/**
 * Writes an event in the transaction of `tx`: it exists if and only if that transaction commits. On
 * Postgres it is written last, so that the lock on the order of events is held for the commit only, and
 * nobody who holds it waits for a row of somebody who waits for it.
 */
export async function appendEvent<Type extends EventType>(
  tx: Ctx,
  event: NewEvent<Type>,
): Promise<void> {
  await appendEvents(tx, [event as AnyNewEvent])
}

/** `appendEvent` for many, in their order. */
export async function appendEvents(tx: Ctx, events: readonly AnyNewEvent[]): Promise<void> {
  if (events.length === 0) return
  const { dialect } = tx.database
  const rows = events.map((event) => eventRow(tx, event))
  if (dialect === 'postgres' && tx.db.isTransaction) defer(tx, rows)
  else await runScript(tx, () => rowsScript(dialect, rows))
}

/** `appendEvent` for a script; whoever runs it calls `ctx.events.wake()` after the commit. */
export function* eventScript<Type extends EventType>(
  ctx: Ctx,
  event: NewEvent<Type>,
): Script<void> {
  yield* rowsScript(ctx.database.dialect, [eventRow(ctx, event as AnyNewEvent)])
}

function eventRow(ctx: Ctx, event: AnyNewEvent): RowValues {
  const now = ctx.now().getTime()
  return {
    id: newId(now),
    type: event.type,
    subject: event.subject,
    payload: JSON.stringify(event.payload),
    principal: ctx.principal.name,
    created_at: now,
  }
}

function* rowsScript(dialect: DialectName, rows: readonly RowValues[]): Script<void> {
  if (dialect === 'postgres') {
    yield* query(`select pg_advisory_xact_lock(?), ${noticeSql}`, appendLock)
  }
  yield* insertRows(dialect, 'event', { rows })
}

const deferred = new WeakMap<Db, RowValues[]>()

function defer(tx: Ctx, rows: readonly RowValues[]): void {
  const known = deferred.get(tx.db)
  if (known) {
    known.push(...rows)
    return
  }
  const all = [...rows]
  deferred.set(tx.db, all)
  beforeCommit(tx.db, () => runScript(tx, () => rowsScript('postgres', all)))
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
