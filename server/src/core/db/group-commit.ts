/**
 * Many small writes in one transaction and one sync.
 *
 *   idle → (first write) gathering: till the requests at hand are read, no sync is under way, and those
 *          who were just answered had a moment to come back
 *        → lock held: BEGIN, each write in a savepoint, COMMIT → syncing → answered
 *
 * While a transaction is synced the next one gathers; committing it earlier would gain nothing, since
 * it would wait for the next sync all the same. Without the moment, clients that write one after the
 * other fall into two groups that take turns, and every transaction has half the writes it could have.
 * A write that throws rolls back to its own savepoint and rejects its own promise only, unless SQLite has
 * undone all of the transaction (the disk is full): then every write of it is rejected.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Lock } from './lock.ts'
import type { WalSync } from './wal-sync.ts'

/** Runs synchronous work inside the next shared transaction; resolves once that is durable. */
export type GroupCommit = <T>(work: (writer: DatabaseSync) => T) => Promise<T>

interface Parts {
  readonly writer: DatabaseSync
  readonly sync: WalSync
  readonly lock: Lock
  /** Throws when called inside a transaction, which would wait for itself. */
  readonly refuse: () => void
}

interface Waiting {
  readonly work: (writer: DatabaseSync) => unknown
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

export function groupCommitter({ writer, sync, lock, refuse }: Parts): GroupCommit {
  const words = new Words(writer)
  let queue: Waiting[] = []
  let gathering = false
  let syncing: Promise<void> = Promise.resolve()
  /** Writers that wait or were just answered, and until when the latter are waited for. */
  let around = { writers: 0, until: 0 }

  async function gather(): Promise<void> {
    await syncing
    await sync.inHand
    while (queue.length < around.writers && performance.now() < around.until) await nextTurn()
  }

  async function commit(): Promise<void> {
    await gather()
    const release = await lock.acquire()
    gathering = false
    const batch = queue
    queue = []
    try {
      syncing = answer(batch, commitBatch(words, batch))
    } finally {
      release()
    }
  }

  async function answer(batch: readonly Waiting[], answers: Answers): Promise<void> {
    try {
      await sync.durable()
      for (const each of answers) each()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    const until = performance.now() + gatherMs(sync.lastMs)
    around = { writers: batch.length + queue.length, until }
  }

  return (work) =>
    new Promise((resolve, reject) => {
      refuse()
      queue.push({ work, resolve, reject })
      if (gathering) return
      gathering = true
      setImmediate(() => void commit())
    })
}

function gatherMs(lastSyncMs: number): number {
  return Math.min(2, Math.max(0.15, lastSyncMs * 0.4))
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

type Answers = readonly (() => void)[]

/** The statements around writes, prepared once. */
class Words {
  readonly writer: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(writer: DatabaseSync) {
    this.writer = writer
  }

  run(sql: string): void {
    const known = this.#prepared.get(sql)
    const statement = known ?? this.writer.prepare(sql)
    if (!known) this.#prepared.set(sql, statement)
    statement.run()
  }
}

/** Commits the batch and says how each write is to be answered once that is durable. */
function commitBatch(words: Words, batch: readonly Waiting[]): Answers {
  try {
    words.run('begin immediate')
    const answers = batch.map((waiting) => runOne(words, waiting))
    words.run('commit')
    return answers
  } catch (error) {
    const { writer } = words
    if (writer.isOpen && writer.isTransaction) words.run('rollback')
    return batch.map(
      ({ reject }) =>
        () =>
          reject(error),
    )
  }
}

function runOne(words: Words, { work, resolve, reject }: Waiting): () => void {
  words.run('savepoint one')
  try {
    const value = work(words.writer)
    words.run('release one')
    return () => resolve(value as never)
  } catch (error) {
    if (!words.writer.isTransaction) throw error
    words.run('rollback to one')
    words.run('release one')
    return () => reject(error)
  }
}
