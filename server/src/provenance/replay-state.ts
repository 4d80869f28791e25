import type { Ctx, Database } from '../core/index.ts'

/** What the room keeps in memory for one open database: the replays that it works on. */
interface ReplayRoom {
  readonly attend: (replayId: string) => void
}

const rooms = new WeakMap<Database, ReplayRoom>()

export function setReplayRoom(ctx: Ctx, room: ReplayRoom): void {
  rooms.set(ctx.database, room)
}

export function clearReplayRoom(ctx: Ctx): void {
  rooms.delete(ctx.database)
}

/** Where background work was not started, the replay waits for a server that does it. */
export function attendReplay(ctx: Ctx, replayId: string): void {
  rooms.get(ctx.database)?.attend(replayId)
}
