/**
 * A table's log, with its newest snapshot kept in memory.
 *
 * Opening reads a snapshot that this server kept, or `_last_checkpoint` and that checkpoint, and the
 * entries after it; asking again only probes for the next entry. A kept snapshot is sealed with the
 * hash of its log entry: one that the log no longer has, or has otherwise, is not used. The folder is listed only where neither tells: a log without a
 * checkpoint hint, or an old version that is asked for.
 */
import { createHash } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import { Lock } from '../../core/index.ts'
import type { LogEntry, LogStore } from '../log-stores/log-store.ts'
import { parseActions, type Action, type CommitInfo } from './actions.ts'
import {
  findCheckpoint,
  parseHint,
  type CheckpointFiles,
  type CheckpointHint,
} from './checkpoint-names.ts'
import { advance, emptySnapshot, type Snapshot } from './snapshot.ts'
import { formatSnapshot, parseSnapshot } from './snapshot-file.ts'

/** Reads the actions of checkpoint files (Parquet or JSON), sidecars included. */
export type CheckpointReader = (store: LogStore, files: readonly string[]) => Promise<Action[]>

/** Keeps a snapshot for the next opening; losing it costs only time. */
export interface SnapshotCache {
  readonly read: () => Promise<string | undefined>
  readonly write: (text: string) => void
}

export interface DeltaLogParts {
  readonly readCheckpoint: CheckpointReader
  readonly cache?: SnapshotCache
}

const entriesPerBreath = 200
/** A snapshot is kept when opening had to read so many entries after the last one. */
const worthKeeping = 100
/** From a checkpoint that is so much newer than the kept snapshot, opening is quicker. */
const muchNewer = 2000
/** After so long a sleep, entries that we never saw may have been cleaned up behind a checkpoint. */
const distrustAfterMs = 600_000
const keptPast = 4

export class DeltaLog {
  readonly location: string
  readonly store: LogStore
  /** One writer of this process at a time; other processes are met at `putEntry`. */
  readonly writing = new Lock()
  /** The version of the newest checkpoint that is known here; 0 for none. */
  checkpointed = 0
  readonly #readCheckpoint: CheckpointReader
  readonly #cache: SnapshotCache | undefined
  #kept = 0
  #latest: Snapshot | undefined
  #refreshedAt = 0
  readonly #past = new Map<number, Snapshot>()

  constructor(location: string, store: LogStore, { readCheckpoint, cache }: DeltaLogParts) {
    this.location = location
    this.store = store
    this.#readCheckpoint = readCheckpoint
    this.#cache = cache
  }

  /** The newest snapshot; its version is -1 when there is no table. */
  async update(): Promise<Snapshot> {
    const now = Date.now()
    if (this.#latest && now - this.#refreshedAt > distrustAfterMs) await this.#checkHint()
    this.#refreshedAt = now
    if (this.#latest) return this.#keep(await this.#follow(this.#latest))
    const opened = await this.#follow(await this.#open())
    if (opened.version - this.#kept >= worthKeeping) await this.keepForOpening(opened)
    return this.#keep(opened)
  }

  /** Keeps a snapshot so that the next process opens the table by it. */
  async keepForOpening(snapshot: Snapshot): Promise<void> {
    const seal = this.#cache && (await this.#sealOf(snapshot.version))
    const text = seal === undefined ? undefined : formatSnapshot(snapshot, seal)
    if (text === undefined) return
    this.#kept = snapshot.version
    this.#cache?.write(text)
  }

  /** The snapshot of an earlier version; undefined when the log no longer reaches it. */
  async at(version: number): Promise<Snapshot | undefined> {
    const latest = await this.update()
    if (version === latest.version) return latest
    if (version > latest.version || version < 0) return undefined
    const known = this.#past.get(version)
    if (known) return known
    const found = findCheckpoint(await this.store.listNames(), version)
    const start = found ? await this.#load(found) : emptySnapshot
    const snapshot = await this.#follow(start, version)
    if (snapshot.version !== version) return undefined
    this.#past.set(version, snapshot)
    if (this.#past.size > keptPast) this.#past.delete(this.#past.keys().next().value ?? -1)
    return snapshot
  }

  /** Takes over what this process has just committed, so that it need not be read back. */
  accept(entry: LogEntry, actions: readonly Action[], version: number): Snapshot {
    const latest = this.#latest
    if (latest?.version !== version - 1) return latest ?? emptySnapshot
    return this.#keep(advance(latest, actions, { version, timestampMs: entry.timestampMs }))
  }

  async readActions(version: number): Promise<Action[] | undefined> {
    const entry = await this.store.readEntry(version)
    return entry && parseActions(entry.text)
  }

  #keep(snapshot: Snapshot): Snapshot {
    if (!this.#latest || snapshot.version > this.#latest.version) this.#latest = snapshot
    return this.#latest
  }

  async #checkHint(): Promise<void> {
    const hint = parseHint(await this.store.readText('_last_checkpoint'))
    if (hint && hint.version > (this.#latest?.version ?? -1)) this.#latest = undefined
  }

  async #open(): Promise<Snapshot> {
    const hint = parseHint(await this.store.readText('_last_checkpoint'))
    this.checkpointed = hint?.version ?? 0
    const kept = await this.#readKept()
    if (kept && kept.version + muchNewer > this.checkpointed) return kept
    return this.#openAtCheckpoint(hint)
  }

  async #readKept(): Promise<Snapshot | undefined> {
    const kept = parseSnapshot((await this.#cache?.read()) ?? '')
    if (!kept || (await this.#sealOf(kept.snapshot.version)) !== kept.seal) return undefined
    this.#kept = kept.snapshot.version
    return kept.snapshot
  }

  async #sealOf(version: number): Promise<string | undefined> {
    const entry = await this.store.readEntry(version)
    return entry && createHash('sha256').update(entry.text).digest('hex')
  }

  async #openAtCheckpoint(hint: CheckpointHint | undefined): Promise<Snapshot> {
    if (hint?.files) {
      const found = await this.#load({ version: hint.version, files: hint.files }).catch(() => {})
      if (found) return found
    }
    if (!hint && (await this.store.readEntry(0))) return emptySnapshot
    const listed = findCheckpoint(await this.store.listNames())
    return listed ? this.#load(listed) : emptySnapshot
  }

  async #load(checkpoint: CheckpointFiles): Promise<Snapshot> {
    const actions = await this.#readCheckpoint(this.store, checkpoint.files)
    const entry = await this.store.readEntry(checkpoint.version)
    const timestampMs = entry ? entryTime(entry) : 0
    return advance(emptySnapshot, actions, { version: checkpoint.version, timestampMs })
  }

  async #follow(from: Snapshot, until: number = Infinity): Promise<Snapshot> {
    let snapshot = from
    for (let read = 1; snapshot.version < until; read++) {
      const version = snapshot.version + 1
      const entry = await this.store.readEntry(version)
      if (!entry) return snapshot
      const stamp = { version, timestampMs: entry.timestampMs }
      snapshot = advance(snapshot, parseActions(entry.text), stamp)
      if (read % entriesPerBreath === 0) await breathe()
    }
    return snapshot
  }
}

/** When an entry was committed: its in-commit timestamp where the table keeps one, else the file's time. */
export function entryTime(entry: LogEntry): number {
  return entryInfo(entry)?.inCommitTimestamp ?? entry.timestampMs
}

export function entryInfo(entry: LogEntry): CommitInfo | undefined {
  return parseActions(entry.text).find((action) => action.commitInfo)?.commitInfo ?? undefined
}
