/**
 * Syncs the write-ahead log beside the main thread.
 *
 *   idle → (durable is called) syncing → (called meanwhile) syncing, next wanted → syncing → idle
 *
 * A commit is in the log file when SQLite's COMMIT returns; it is durable once a sync that began after
 * that has ended. While one sync runs the server goes on working, and all who came meanwhile share the
 * next one. Commits become durable in their order, so nothing durable rests on something lost.
 */
import { open, type FileHandle } from 'node:fs/promises'

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class WalSync {
  readonly #path: string | undefined
  #file: FileHandle | undefined
  #waiting: Waiter[] = []
  #running: Promise<void> | undefined
  #inHand: Promise<unknown> | undefined
  #failure: unknown
  #lastMs = 0

  /** `path` is the database's; a private in-memory one has nothing to sync. */
  constructor(path: string) {
    this.#path = path === ':memory:' ? undefined : `${path}-wal`
  }

  /** Resolves once everything that is committed now will survive a power cut. */
  durable(): Promise<void> {
    if (this.#path === undefined) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#running ??= this.#run(this.#path ?? '')
    })
  }

  /** Resolves when the sync in hand ends. Whoever commits before that waits for the next one anyway. */
  get inHand(): Promise<unknown> | undefined {
    return this.#inHand
  }

  /** How long the last sync took. */
  get lastMs(): number {
    return this.#lastMs
  }

  /** Waits for the sync in hand. */
  async close(): Promise<void> {
    await this.#running
    await this.#file?.close()
    this.#file = undefined
  }

  async #run(path: string): Promise<void> {
    while (this.#waiting.length > 0) {
      const served = this.#waiting
      this.#waiting = []
      this.#inHand = this.#sync(path)
      const failure = await this.#inHand
      this.#inHand = undefined
      for (const { resolve, reject } of served) {
        if (failure === undefined) resolve()
        else reject(failure)
      }
    }
    this.#running = undefined
  }

  /** After a failed sync the kernel may have dropped the data, so that a later success means nothing. */
  async #sync(path: string): Promise<unknown> {
    if (this.#failure !== undefined) return this.#failure
    try {
      this.#file ??= await open(path, 'r+')
      const started = performance.now()
      await this.#file.datasync()
      this.#lastMs = performance.now() - started
    } catch (error) {
      // There is no log before the first write.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      this.#failure = new Error(`The log at ${path} could not be synced; restart the server`, {
        cause: error,
      })
    }
    return this.#failure
  }
}
