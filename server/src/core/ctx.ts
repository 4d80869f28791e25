import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import type { Db } from './db/tables.ts'
import type { EventBus } from './events/bus.ts'
import type { Logger } from './log.ts'

/** Who acts. Recorded with every change, event, edge and decision. */
export interface Principal {
  /** A user name or a service principal's name; unique across both. */
  readonly name: string
  readonly kind: 'user' | 'service_principal'
  /** Owners may do everything except approve their own request. */
  readonly isOwner: boolean
  /** The attempt whose token made this call, when a task calls back. */
  readonly attemptId?: string
}

/** Everything a service may touch besides its input. Passed first, never stored by a service. */
export interface Ctx {
  readonly db: Db
  readonly database: Database
  readonly now: () => Date
  readonly config: Config
  readonly log: Logger
  readonly events: EventBus
  readonly principal: Principal
  /** Where this server can be reached from this machine, for tasks that call back. */
  readonly url: string
}

/** Acts as the platform itself: schedulers, relays and other background work. */
export const systemPrincipal: Principal = {
  name: 'millrace',
  kind: 'service_principal',
  isOwner: true,
}

/**
 * Runs `work` in one transaction; everything it does through its ctx commits or none of it does.
 * Inside another transaction it joins that one. Never touch the outer ctx's db inside `work`.
 */
export async function inTransaction<T>(ctx: Ctx, work: (tx: Ctx) => Promise<T>): Promise<T> {
  if (ctx.db.isTransaction) return work(ctx)
  const result = await ctx.database.transaction((db) => work({ ...ctx, db }))
  ctx.events.wake()
  return result
}
