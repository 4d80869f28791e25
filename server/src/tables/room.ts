import { join } from 'node:path'
import type { Ctx, Database } from '../core/index.ts'
import type { AddFile } from './delta/actions.ts'
import type { CommitPlan } from './delta/commit.ts'
import type { Snapshot } from './delta/snapshot.ts'
import { DeltaLog } from './delta/delta-log.ts'
import { checkpointReader } from './duck/checkpoint-file.ts'
import { Engine } from './duck/engine.ts'
import { openLocalLog } from './log-stores/local.ts'
import type { StatementRecord } from './statement-record.ts'

/** What the room keeps in memory for one open database: SQL engine and opened logs. */
export interface Room {
  readonly engine: Engine
  readonly logs: Map<string, DeltaLog>
  /** Statements of the SQL API, oldest first. */
  readonly statements: Map<string, StatementRecord>
  /** Tables as running attempts see them, by attempt and table. */
  readonly stagedViews: Map<string, StagedView>
  /** Background work after commits (checkpoints); awaited when the room stops. */
  readonly pending: Set<Promise<void>>
}

export interface StagedView {
  /** The table's version and the last staged write that it was made from. */
  readonly state: string
  readonly snapshot: Snapshot
  /** All staged writes of the table as one change. */
  readonly plan: CommitPlan | undefined
  /** Files that only the view needs. */
  readonly made: readonly AddFile[]
  readonly location: string
}

const rooms = new WeakMap<Database, Room>()
const keptLogs = 200

export function roomOf(ctx: Ctx): Room {
  const known = rooms.get(ctx.database)
  if (known) return known
  const scratch = scratchFolder(ctx)
  const allowed = [tableRoot(ctx), scratch, ...ctx.config.externalLocations]
  const room: Room = {
    engine: new Engine({ allowed, scratch }),
    logs: new Map(),
    statements: new Map(),
    stagedViews: new Map(),
    pending: new Set(),
  }
  rooms.set(ctx.database, room)
  return room
}

/** Where managed tables live. */
export function tableRoot(ctx: Ctx): string {
  return join(ctx.config.dataDir, 'tables')
}

export function scratchFolder(ctx: Ctx): string {
  return join(ctx.config.dataDir, 'scratch', 'tables')
}

/** The log at a location; the same object for everyone, so that its newest snapshot is shared. */
export function logAt(ctx: Ctx, location: string): DeltaLog {
  const { logs, engine } = roomOf(ctx)
  const known = logs.get(location)
  if (known) {
    logs.delete(location)
    logs.set(location, known)
    return known
  }
  const store = openLocalLog(join(location, '_delta_log'))
  const log = new DeltaLog(location, store, checkpointReader(engine))
  logs.set(location, log)
  if (logs.size > keptLogs) logs.delete(logs.keys().next().value ?? '')
  return log
}

export function forgetLog(ctx: Ctx, location: string): void {
  roomOf(ctx).logs.delete(location)
}
