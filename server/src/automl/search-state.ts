import type { Ctx, Database } from '../core/index.ts'

/** What the room keeps in memory for one open database: the searches that it conducts. */
export interface Conductor {
  /** Goes on with a search, or looks again at one that it already conducts. */
  readonly attend: (searchId: string) => void
  /** Resolves when the search needs nobody any more. */
  readonly untilEnded: (searchId: string) => Promise<void>
}

const conductors = new WeakMap<Database, Conductor>()

export function setConductor(ctx: Ctx, conductor: Conductor): void {
  conductors.set(ctx.database, conductor)
}

export function clearConductor(ctx: Ctx): void {
  conductors.delete(ctx.database)
}

/** Absent where background work was not started: a search then waits for a server that does it. */
export function findConductor(ctx: Ctx): Conductor | undefined {
  return conductors.get(ctx.database)
}
