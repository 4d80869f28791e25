/**
 * SQL and Parquet, by the DuckDB of the SQL process.
 *
 *   closed → (first session) open → (no session for `idleCloseMs`) closed
 *
 * Statements that users wrote have a slot, a time limit and a shared memory limit. One that does not
 * stop when it is told to ends with its process.
 */
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tablesErrors } from '../errors.ts'
import { toStatementError } from './errors.ts'
import type { Column, OpenFolders, ValueFormat } from './messages.ts'
import { newSessionId, openInstance, type InstanceHandle } from './process-handle.ts'

const idleCloseMs = 10_000
const stopMs = 5_000
const slots = 4

export interface SessionOptions {
  /** @default 300000 */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Short work of ours inside other work: takes no slot, so it can never wait for its own caller. */
  readonly inner?: boolean
}

/** Plain values: numbers, texts, booleans, null, arrays and objects. */
export type Row = readonly unknown[]

export interface RowStream {
  readonly columns: readonly Column[]
  /** Batches of rows, in order; undefined when there are no more. */
  readonly next: () => Promise<readonly Row[] | undefined>
}

/** One connection, for one piece of work. */
export interface Session {
  readonly run: (sql: string) => Promise<void>
  readonly rows: (sql: string) => Promise<Row[]>
  readonly stream: (sql: string, format: ValueFormat) => Promise<RowStream>
}

export class Engine implements AsyncDisposable {
  readonly folders: OpenFolders
  #opening: Promise<InstanceHandle> | undefined
  #sessions = 0
  #used = 0
  readonly #waiting: (() => void)[] = []
  #idle: NodeJS.Timeout | undefined

  constructor(folders: OpenFolders) {
    this.folders = folders
  }

  /** A fresh path in the scratch folder. */
  scratchPath(extension: string): string {
    return join(this.folders.scratch, `${randomUUID()}.${extension}`)
  }

  /** Makes the scratch folder, for a file that is put there before any session. */
  async ready(): Promise<void> {
    await mkdir(this.folders.scratch, { recursive: true })
  }

  /** Runs `work` with a connection of its own; errors of DuckDB come out as the room's. */
  async session<T>(
    work: (session: Session) => Promise<T>,
    options: SessionOptions = {},
  ): Promise<T> {
    if (!options.inner) await this.#takeSlot()
    this.#sessions++
    clearTimeout(this.#idle)
    try {
      const instance = await this.#open()
      const session = newSessionId()
      await instance.send({ op: 'connect', engine: instance.id, session })
      try {
        return await limited({ instance, session }, work, options)
      } finally {
        if (!instance.isOver()) await instance.send({ op: 'disconnect', session })
      }
    } finally {
      this.#sessions--
      if (!options.inner) this.#giveSlot()
      this.#closeWhenIdle()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle)
    const opening = this.#opening
    this.#opening = undefined
    // Whoever asked for an instance that did not open has been told.
    const instance = await opening?.catch(() => undefined)
    await instance?.close()
  }

  async #open(): Promise<InstanceHandle> {
    const known = await this.#opening?.catch(() => undefined)
    if (known && !known.isOver()) return known
    // Of several that find it closed, the first opens it for all.
    if (!this.#opening || known) this.#opening = openInstance(this.folders)
    return this.#opening
  }

  #closeWhenIdle(): void {
    if (this.#sessions > 0) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this[Symbol.asyncDispose]().catch(() => {}), idleCloseMs)
    this.#idle.unref()
  }

  async #takeSlot(): Promise<void> {
    if (this.#used < slots) {
      this.#used++
      return
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #giveSlot(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#used--
  }
}

interface OpenSession {
  readonly instance: InstanceHandle
  readonly session: number
}

async function limited<T>(
  open: OpenSession,
  work: (session: Session) => Promise<T>,
  options: SessionOptions,
): Promise<T> {
  const { instance, session } = open
  const timeoutMs = options.timeoutMs ?? 300_000
  let stopped: 'timeout' | 'canceled' | undefined
  let lastResort: NodeJS.Timeout | undefined
  const stop = (why: 'timeout' | 'canceled') => {
    stopped ??= why
    lastResort ??= setTimeout(() => instance.kill(), stopMs)
    void instance.send({ op: 'interrupt', session }).catch(() => {})
  }
  const onAbort = () => stop('canceled')
  const timer = setTimeout(() => stop('timeout'), timeoutMs)
  options.signal?.addEventListener('abort', onAbort)
  try {
    options.signal?.throwIfAborted()
    return await work(sessionOver(open, () => stopped !== undefined))
  } catch (error) {
    if (options.signal?.aborted) stopped ??= 'canceled'
    if (stopped === 'timeout') {
      throw tablesErrors.TABLES_STATEMENT_TIMEOUT(timeoutMs / 1000).with({ cause: error })
    }
    if (stopped === 'canceled') {
      throw tablesErrors.TABLES_STATEMENT_CANCELED().with({ cause: error })
    }
    throw toStatementError(error)
  } finally {
    clearTimeout(timer)
    clearTimeout(lastResort)
    options.signal?.removeEventListener('abort', onAbort)
  }
}

function sessionOver({ instance, session }: OpenSession, isStopped: () => boolean): Session {
  const send = async <T>(command: Parameters<InstanceHandle['send']>[0]): Promise<T> => {
    // An interrupt between two commands would stop neither.
    if (isStopped()) throw new Error('INTERRUPT Error: Interrupted!')
    return instance.send<T>(command)
  }
  return {
    run: (sql) => send({ op: 'run', session, sql }),
    rows: (sql) => send({ op: 'rows', session, sql }),
    stream: async (sql, format) => {
      const columns = await send<Column[]>({ op: 'stream', session, sql, format })
      return { columns, next: () => send({ op: 'next', session }) }
    },
  }
}
