/**
 * One reader at the end of the event table for all consumers of a process.
 *
 *   asleep → (commit, or `pollMs` on Postgres) reading what is new, once → waking those who want one
 *   of its types → asleep
 *
 * Without it every consumer would query the table after every commit, also when the commit wrote no
 * event that concerns it; with ten consumers that cost more than the commit. The commits of other servers
 * are announced (`db/notices.ts`); the poll is for those that were missed while the connection was lost.
 */
import type { Ctx } from '../ctx.ts'
import { query, readScript } from '../db/script.ts'
import type { EventBus } from './bus.ts'
import { lastEventSeq } from './event-store.ts'

interface Listener {
  readonly types: readonly string[]
  readonly wake: () => void
}

const pageSize = 1000
const pollMs = 10_000

class Tail {
  readonly #ctx: Ctx
  readonly #listeners = new Set<Listener>()
  #seq: number | undefined
  #poll: NodeJS.Timeout | undefined
  #reading = false
  #again = false

  constructor(ctx: Ctx) {
    this.#ctx = ctx
    ctx.events.onWake(() => void this.#read())
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (this.#ctx.database.dialect === 'postgres') {
      this.#poll ??= setInterval(() => void this.#read(), pollMs)
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      clearInterval(this.#poll)
      this.#poll = undefined
    }
  }

  async #read(): Promise<void> {
    this.#again = true
    if (this.#reading) return
    this.#reading = true
    try {
      while (this.#again) {
        this.#again = false
        this.#tell(await this.#newTypes())
      }
    } catch {
      // Everyone looks for himself, and reports what is wrong.
      for (const { wake } of this.#listeners) wake()
    } finally {
      this.#reading = false
    }
  }

  /** The types of the events since the last time; undefined for not known. */
  async #newTypes(): Promise<ReadonlySet<string> | undefined> {
    if (this.#seq === undefined) {
      this.#seq = await lastEventSeq(this.#ctx.db)
      return undefined
    }
    const sql = 'select seq, type from event where seq > ? order by seq limit 1000'
    const rows = await readScript(
      this.#ctx,
      query<{ readonly seq: number; readonly type: string }>(sql, this.#seq),
    )
    this.#seq = Number(rows.at(-1)?.seq ?? this.#seq)
    if (rows.length === pageSize) this.#again = true
    return new Set(rows.map((row) => row.type))
  }

  #tell(types: ReadonlySet<string> | undefined): void {
    for (const listener of this.#listeners) {
      if (!types || listener.types.some((type) => types.has(type))) listener.wake()
    }
  }
}

const tails = new WeakMap<EventBus, Tail>()

/** Calls `wake` after a commit that wrote an event of these types, until the answer is called. */
export function onEventsOf(ctx: Ctx, types: readonly string[], wake: () => void): () => void {
  const tail = tails.get(ctx.events) ?? new Tail(ctx)
  tails.set(ctx.events, tail)
  return tail.listen({ types, wake })
}
