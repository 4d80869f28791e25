/**
 * Looks for new files in the folders of file_arrival triggers.
 *
 *   unknown folder → baseline (what is there counts as seen) → watched ⟲ (change, or once a minute) scan
 *
 * What was seen is in the database, so that files which came while the server was down are new, and
 * a file fires once. A changed file is not a new one.
 */
import { watch, type FSWatcher } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inTransaction, type Config, type Ctx } from '../core/index.ts'
import { jobsErrors } from './errors.ts'
import { applyDecision } from './trigger-service.ts'
import {
  listTriggersOfJob,
  listTriggersOfKind,
  updateTrigger,
  type JobTrigger,
} from './trigger-store.ts'
import { Throttle } from './throttle.ts'
import { insertSeen, listSeen } from './seen-file-store.ts'
import { filesArrived } from './triggers/file-arrival.ts'
import type { FileArrival } from './triggers/schemas.ts'

const rescanMs = 60_000
/** Changes come in crowds; one scan answers them. */
const settleMs = 50
/** How often commits may make it look for changed triggers. */
const syncEveryMs = 500

/** Throws unless the folder lies where triggers may look. */
export function checkFileLocation(
  config: Config,
  url: string,
  folder: string = fileURLToPath(url),
): void {
  const roots = [...config.externalLocations, config.dataDir]
  if (roots.some((root) => isWithin(root, folder))) return
  throw jobsErrors.JOBS_SETTINGS_INVALID(
    `file_arrival.url '${url}' lies outside every external location (${config.externalLocations.join(', ') || 'none is set'}); start the server with --external-location`,
  )
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (!way.startsWith('..') && !way.startsWith(sep))
}

interface Watched {
  readonly url: string
  watcher: FSWatcher | undefined
  timer: NodeJS.Timeout | undefined
}

export class FileWatches implements AsyncDisposable {
  readonly #ctx: Ctx
  readonly #watched = new Map<string, Watched>()
  readonly #throttle = new Throttle(() => this.#sync(), syncEveryMs)
  readonly #off: () => void
  #work: Promise<void> = Promise.resolve()
  #syncing = false
  #stopped = false

  constructor(ctx: Ctx) {
    this.#ctx = ctx
    this.#off = ctx.events.onWake(() => this.#throttle.call())
    this.#sync()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true
    this.#off()
    this.#throttle[Symbol.dispose]()
    await this.#work
    for (const key of this.#watched.keys()) this.#forget(key)
  }

  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return
      await work().catch((error: unknown) => {
        this.#ctx.log.error({ err: error }, 'file triggers could not be looked at')
      })
    })
  }

  /** Watches the folders of the triggers that there are now. */
  #sync(): void {
    if (this.#syncing) return
    this.#syncing = true
    this.#enqueue(async () => {
      this.#syncing = false
      const triggers = await listTriggersOfKind(this.#ctx.db, ['file_arrival'])
      const wanted = new Map(triggers.filter((t) => !t.paused).map((t) => [keyOf(t), t]))
      for (const [key, { url }] of this.#watched) {
        const trigger = wanted.get(key)
        if (!trigger || (trigger.spec as FileArrival).url !== url) this.#forget(key)
      }
      for (const [key, trigger] of wanted) {
        if (this.#watched.has(key)) continue
        this.#watched.set(key, {
          url: (trigger.spec as FileArrival).url,
          watcher: undefined,
          timer: undefined,
        })
        await this.#scan(key)
      }
    })
  }

  #forget(key: string): void {
    const watched = this.#watched.get(key)
    watched?.watcher?.close()
    clearTimeout(watched?.timer)
    this.#watched.delete(key)
  }

  #scanSoon(key: string, delayMs: number): void {
    const watched = this.#watched.get(key)
    if (!watched || this.#stopped) return
    clearTimeout(watched.timer)
    watched.timer = setTimeout(() => this.#enqueue(() => this.#scan(key)), delayMs)
  }

  async #scan(key: string): Promise<void> {
    const watched = this.#watched.get(key)
    if (!watched) return
    const [jobId = 0, position = 0] = key.split('/').map(Number)
    try {
      const folder = await realpath(fileURLToPath(watched.url))
      checkFileLocation(this.#ctx.config, watched.url, folder)
      watched.watcher ??= this.#open(key, folder)
      const files = await listFiles(folder)
      await inTransaction(this.#ctx, (tx) => recordFiles(tx, { jobId, position, files }))
    } catch (error) {
      await this.#explain(key, error as Error)
    }
    this.#scanSoon(key, rescanMs)
  }

  #open(key: string, folder: string): FSWatcher {
    const watcher = watch(folder, { recursive: true, persistent: false }, () =>
      this.#scanSoon(key, settleMs),
    )
    watcher.on('error', () => {
      const watched = this.#watched.get(key)
      if (watched) watched.watcher = undefined
      watcher.close()
    })
    return watcher
  }

  async #explain(key: string, error: Error): Promise<void> {
    const [jobId = 0, position = 0] = key.split('/').map(Number)
    await inTransaction(this.#ctx, async (tx) => {
      const trigger = await findTrigger(tx, { jobId, position })
      const description = `Its folder cannot be read: ${error.message}`
      if (!trigger || trigger.history.lastFailed?.description === description) return
      const timestamp = tx.now().getTime()
      const failed = JSON.stringify({ timestamp, description })
      await updateTrigger(tx.db, trigger, { last_failed: failed })
    })
  }
}

function keyOf(trigger: JobTrigger): string {
  return `${trigger.jobId}/${trigger.position}`
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

interface Found {
  readonly jobId: number
  readonly position: number
  readonly files: readonly string[]
}

async function findTrigger(
  tx: Ctx,
  of: Pick<Found, 'jobId' | 'position'>,
): Promise<JobTrigger | undefined> {
  const triggers = await listTriggersOfJob(tx.db, of.jobId)
  return triggers.find((trigger) => trigger.position === of.position && !trigger.paused)
}

async function recordFiles(tx: Ctx, found: Found): Promise<void> {
  const trigger = await findTrigger(tx, found)
  if (!trigger) return
  const seen = await listSeen(tx.db, found)
  const files = found.files.filter((file) => !seen.has(file)).sort()
  await insertSeen(tx.db, found, files)
  if (trigger.state['baseline'] !== true) {
    const state = JSON.stringify({ ...trigger.state, baseline: true })
    await updateTrigger(tx.db, trigger, { state })
    return
  }
  if (files.length === 0) return
  const now = tx.now().getTime()
  const decision = filesArrived(trigger.spec as FileArrival, trigger.state, { now, files })
  await applyDecision(tx, trigger, decision)
}
