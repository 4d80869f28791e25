/**
 * Durable consumers of the event table.
 *
 * A consumer handles events one at a time in `seq` order and moves its cursor in the transaction of
 * the handler's own writes:
 *
 *   asleep → (wake) → reading → handling ⟲ → asleep
 *                                ↘ failed: same event again after a backoff
 *
 * A crash between two events loses nothing and repeats nothing that the handler wrote through its
 * `tx`. Effects outside the database (an HTTP call) must be queued by the handler, not made by it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { inTransaction, type Ctx } from '../ctx.ts'
import { findCursor, lastEventSeq, listEvents, lockCursor, upsertCursor } from './event-store.ts'
import { onEventsOf } from './tail.ts'
import type { EventType, PlatformEvent } from './types.ts'

export interface Consumer<Type extends EventType> {
  /** Names the cursor; never reuse one for another purpose. */
  readonly name: string
  readonly types: readonly Type[]
  /**
   * Decides by the event alone whether it is handled at all; one that is not costs no transaction, and
   * may be seen again after a restart.
   * @default every event of the types
   */
  readonly wants?: (event: PlatformEvent<Type>) => boolean
  /** Writes through `tx` only. Throwing makes the event come again. */
  readonly handle: (tx: Ctx, event: PlatformEvent<Type>) => Promise<void>
  /** Where a new consumer begins. @default 'end' */
  readonly from?: 'start' | 'end'
}

const batchSize = 200
const maxBackoffMs = 30_000
/** Events that were not wanted and will be read again at the next start. */
const mostSkipped = 1_000

/**
 * Starts the consumer: it hears of every event from the moment this resolves. Disposing it stops
 * after the event in hand.
 */
export async function consumeEvents<Type extends EventType>(
  ctx: Ctx,
  consumer: Consumer<Type>,
): Promise<AsyncDisposable> {
  await openCursor(ctx, consumer)
  const stop = new AbortController()
  const finished = run(ctx, consumer, stop.signal)
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await finished
    },
  }
}

async function run<Type extends EventType>(
  ctx: Ctx,
  consumer: Consumer<Type>,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  let position: Position | undefined
  while (!signal.aborted) {
    const woken = nextWake(ctx, consumer.types, signal)
    try {
      position ??= { cursor: await openCursor(ctx, consumer), skipped: 0, signal }
      await drain(ctx, consumer, position)
      failures = 0
      await woken.wait
    } catch (error) {
      failures += 1
      position = undefined
      ctx.log.error({ err: error, consumer: consumer.name, failures }, 'event consumer failed')
      await pause(Math.min(maxBackoffMs, 100 * 2 ** failures), signal)
    } finally {
      woken.cancel()
    }
  }
}

async function openCursor<Type extends EventType>(
  ctx: Ctx,
  consumer: Consumer<Type>,
): Promise<number> {
  const known = await findCursor(ctx.db, consumer.name)
  if (known !== undefined) return known
  const first = consumer.from === 'start' ? 0 : await lastEventSeq(ctx.db)
  await upsertCursor(ctx.db, consumer.name, first)
  return first
}

interface Position {
  /** The last event that is done with. */
  cursor: number
  /** Events since the cursor was last written that were not wanted. */
  skipped: number
  readonly signal: AbortSignal
}

async function drain<Type extends EventType>(
  ctx: Ctx,
  consumer: Consumer<Type>,
  position: Position,
): Promise<void> {
  while (!position.signal.aborted) {
    const events = await listEvents(ctx.db, {
      after: position.cursor,
      limit: batchSize,
      types: consumer.types,
    })
    for (const event of events as PlatformEvent<Type>[]) {
      if (position.signal.aborted) return
      if (consumer.wants?.(event) === false) position.skipped += 1
      else await handleOne(ctx, consumer, event)
      position.cursor = event.seq
    }
    if (position.skipped >= mostSkipped) {
      await upsertCursor(ctx.db, consumer.name, position.cursor)
      position.skipped = 0
    }
    if (events.length < batchSize) return
  }
}

async function handleOne<Type extends EventType>(
  ctx: Ctx,
  consumer: Consumer<Type>,
  event: PlatformEvent<Type>,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    // Servers that share a Postgres take turns with a consumer; one may find the event done.
    if (tx.database.dialect === 'postgres') {
      const reached = await lockCursor(tx.db, consumer.name)
      if (reached !== undefined && reached >= event.seq) return
    }
    await consumer.handle(tx, event)
    await upsertCursor(tx.db, consumer.name, event.seq)
  })
}

interface Wake {
  readonly wait: Promise<void>
  readonly cancel: () => void
}

// Armed before reading, so that a commit made while reading is not missed.
function nextWake(ctx: Ctx, types: readonly EventType[], signal: AbortSignal): Wake {
  const { promise, resolve } = Promise.withResolvers<void>()
  const off = onEventsOf(ctx, types, resolve)
  const onAbort = () => resolve()
  signal.addEventListener('abort', onAbort)
  const cancel = () => {
    off()
    signal.removeEventListener('abort', onAbort)
  }
  if (signal.aborted) resolve()
  return { wait: promise, cancel }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}
