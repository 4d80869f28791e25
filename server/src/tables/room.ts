import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Ctx, Database } from '../core/index.ts'
import type { AddFile } from './delta/actions.ts'
import type { CommitPlan } from './delta/commit.ts'
import type { Snapshot } from './delta/snapshot.ts'
import { DeltaLog, type SnapshotCache } from './delta/delta-log.ts'
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
  const cache = snapshotCache(ctx, location)
  const log = new DeltaLog(location, store, { readCheckpoint: checkpointReader(engine), cache })
  logs.set(location, log)
  if (logs.size > keptLogs) logs.delete(logs.keys().next().value ?? '')
  return log
}

/** Forgets what was read of a location, in memory and in the data folder. */
export async function forgetLog(ctx: Ctx, location: string): Promise<void> {
  roomOf(ctx).logs.delete(location)
  await rm(cachePath(ctx, location), { force: true })
}

function cachePath(ctx: Ctx, location: string): string {
  const name = createHash('sha256').update(location).digest('hex').slice(0, 32)
  return join(ctx.config.dataDir, 'cache', 'tables', `${name}.json`)
}

function snapshotCache(ctx: Ctx, location: string): SnapshotCache {
  const path = cachePath(ctx, location)
  const { pending } = roomOf(ctx)
  return {
    read: () => readFile(path, 'utf8').catch(() => undefined),
    write: (text) => {
      const work = replaceFile(path, text)
        .catch((error: unknown) => ctx.log.warn({ err: error, location }, 'snapshot not kept'))
        .finally(() => pending.delete(work))
      pending.add(work)
    },
  }
}

// Not synced: a text that a power cut has torn does not parse, and the checkpoint is read instead.
async function replaceFile(path: string, text: string): Promise<void> {
  const hidden = `${path}.${randomUUID()}`
  await mkdir(dirname(path), { recursive: true })
  await writeFile(hidden, text)
  await rename(hidden, path)
}
