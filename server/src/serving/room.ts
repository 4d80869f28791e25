import type { Ctx, Database } from '../core/index.ts'
import type { EndpointMetrics } from './endpoint-metrics.ts'
import type { LiveEndpoint } from './live-endpoint.ts'
import { ModelPool } from './model-pool.ts'
import type { Recorder } from './recorder.ts'

/** Work in the background that looks again when woken, and ends when disposed. */
interface Background extends AsyncDisposable {
  readonly wake: () => void
}

/** What the room keeps in memory for one open database. */
export interface Room {
  readonly models: ModelPool
  /** What answers now, by endpoint name. */
  readonly live: Map<string, LiveEndpoint>
  /** Endpoints being loaded or updated, by name; never rejects. */
  readonly deploying: Map<string, Promise<void>>
  /** Endpoints whose new config the database has, or is about to have, but no request sees yet. */
  readonly promoting: Set<string>
  readonly metrics: Map<string, EndpointMetrics>
  /** By table: endpoints may share one. */
  readonly recorders: Map<string, Recorder>
  /** By the name of the scoring stream. */
  readonly streams: Map<string, Background>
  /** Ends background work. */
  readonly stop: AbortController
}

const rooms = new WeakMap<Database, Room>()

export function roomOf(ctx: Ctx): Room {
  const known = rooms.get(ctx.database)
  if (known) return known
  const room: Room = {
    models: new ModelPool(),
    live: new Map(),
    deploying: new Map(),
    promoting: new Set(),
    metrics: new Map(),
    recorders: new Map(),
    streams: new Map(),
    stop: new AbortController(),
  }
  rooms.set(ctx.database, room)
  return room
}
