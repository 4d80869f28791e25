/**
 * The one DuckDB of this process: SQL and Parquet.
 *
 *   closed → (first session) open, locked down → (idle for `idleCloseMs`) closed
 *
 * It is opened with external access off: it reads and writes only under the folders named at the
 * start, and nothing can widen that (the configuration is locked, links are resolved by DuckDB).
 * Statements that users wrote have a slot, a time limit and a shared memory limit; they spill to the
 * scratch folder. Closing gives the memory back to the system, which a busy instance does not.
 */
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import { tablesErrors } from '../errors.ts'
import { quoteText } from '../delta/schema.ts'
import { toStatementError } from './errors.ts'

const threads = 2
const memoryLimit = '128MB'
const spillLimit = '20GB'
const idleCloseMs = 5_000
const slots = 4

export interface EngineFolders {
  /** Everything that SQL may touch. */
  readonly allowed: readonly string[]
  /** For spilling, imports and exports; emptied at start by whoever owns it. */
  readonly scratch: string
}

export interface SessionOptions {
  /** @default 300000 */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Short work of ours inside other work: takes no slot, so it can never wait for its own caller. */
  readonly inner?: boolean
}

export type Row = readonly DuckDBValue[]

/** One connection, for one piece of work. */
export interface Session {
  readonly run: (sql: string) => Promise<void>
  readonly rows: (sql: string) => Promise<Row[]>
  readonly stream: (sql: string) => Promise<DuckDBResult>
}

export class Engine implements AsyncDisposable {
  readonly folders: EngineFolders
  #opening: Promise<DuckDBInstance> | undefined
  #sessions = 0
  #used = 0
  readonly #waiting: (() => void)[] = []
  #idle: NodeJS.Timeout | undefined

  constructor(folders: EngineFolders) {
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
      const connection = await (await this.#open()).connect()
      try {
        return await limited(connection, work, options)
      } finally {
        connection.closeSync()
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
    if (opening) (await opening).closeSync()
  }

  #open(): Promise<DuckDBInstance> {
    this.#opening ??= openInstance(this.folders).catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  #closeWhenIdle(): void {
    if (this.#sessions > 0) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this[Symbol.asyncDispose](), idleCloseMs)
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

async function openInstance(folders: EngineFolders): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  await mkdir(folders.scratch, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: memoryLimit,
    temp_directory: join(folders.scratch, 'spill'),
    max_temp_directory_size: spillLimit,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  const allowed = folders.allowed.map((folder) => quoteText(`${folder}/`)).join(', ')
  await connection.run(`set global TimeZone = 'UTC';
    set global allowed_directories = [${allowed}];
    set global enable_external_access = false;
    set global lock_configuration = true`)
  connection.closeSync()
  return instance
}

async function limited<T>(
  connection: DuckDBConnection,
  work: (session: Session) => Promise<T>,
  options: SessionOptions,
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 300_000
  let stopped: 'timeout' | 'canceled' | undefined
  const stop = (why: 'timeout' | 'canceled') => {
    stopped ??= why
    connection.interrupt()
  }
  const onAbort = () => stop('canceled')
  const timer = setTimeout(() => stop('timeout'), timeoutMs)
  options.signal?.addEventListener('abort', onAbort)
  try {
    options.signal?.throwIfAborted()
    return await work(sessionOver(connection))
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
    options.signal?.removeEventListener('abort', onAbort)
  }
}

function sessionOver(connection: DuckDBConnection): Session {
  return {
    run: async (sql) => {
      await connection.run(sql)
    },
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
    stream: (sql) => connection.stream(sql),
  }
}
