/**
 * SQLite through node:sqlite, for one process.
 *
 * Two connections to one WAL file. Every write goes through the writer, one transaction at a time
 * (`Lock`); a plain SELECT outside a transaction goes to the reader, which always sees the last
 * commit and never waits. Commits are synced (synchronous=FULL), and `groupCommit` lets
 * many small writes share one sync:
 *
 *   idle → (first write) queued → lock held: BEGIN, each write in a savepoint, COMMIT → idle
 *
 * A write that throws rolls back to its own savepoint and rejects its own promise only.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  type CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import { Lock } from './lock.ts'

export interface SqliteFile {
  readonly dialect: Dialect
  /** The connection that writes; only inside `groupCommit`. */
  readonly writer: DatabaseSync
  readonly reader: DatabaseSync
  /** Runs synchronous work inside the next shared transaction; resolves once that is durable. */
  readonly groupCommit: <T>(work: (writer: DatabaseSync) => T) => Promise<T>
  /** Marks everything `work` awaits as inside a transaction, so that a nested write is refused. */
  readonly holding: <T>(work: () => Promise<T>) => Promise<T>
  readonly close: () => void
}

const cachedStatements = 500

export function openSqlite(path: string): SqliteFile {
  const writer = connect(path)
  writer.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000',
  )
  // A private in-memory database has one connection only.
  const reader = path === ':memory:' ? writer : connect(path)
  const shared = new SharedConnections(writer, reader)
  const close = () => {
    if (reader !== writer) reader.close()
    writer.close()
  }
  const holding = <T>(work: () => Promise<T>) => shared.holding.run(true, work)
  return {
    dialect: dialectOver(shared),
    holding,
    writer,
    reader,
    groupCommit: groupCommitter(shared),
    close,
  }
}

function connect(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  db.exec(`pragma foreign_keys = on; pragma busy_timeout = 10000; pragma temp_store = memory;
    pragma cache_size = -16000; pragma mmap_size = 0; pragma case_sensitive_like = on`)
  return db
}

class SharedConnections {
  readonly lock = new Lock()
  readonly holding = new AsyncLocalStorage<true>()
  readonly writer: DatabaseSync
  readonly reader: DatabaseSync
  readonly #prepared = new Map<DatabaseSync, Map<string, StatementSync>>()

  constructor(writer: DatabaseSync, reader: DatabaseSync) {
    this.writer = writer
    this.reader = reader
  }

  execute<R>(db: DatabaseSync, query: CompiledQuery): QueryResult<R> {
    const statement = this.#prepare(db, query.sql)
    const parameters = query.parameters.map(toSqlite)
    if (statement.columns().length > 0) return { rows: statement.all(...parameters) as R[] }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return {
      rows: [],
      numAffectedRows: BigInt(changes),
      insertId: BigInt(lastInsertRowid),
    }
  }

  #prepare(db: DatabaseSync, sql: string): StatementSync {
    const ofDb = this.#prepared.get(db) ?? new Map<string, StatementSync>()
    this.#prepared.set(db, ofDb)
    const known = ofDb.get(sql)
    if (known) return known
    const statement = db.prepare(sql)
    if (ofDb.size >= cachedStatements) ofDb.delete(ofDb.keys().next().value ?? '')
    ofDb.set(sql, statement)
    return statement
  }
}

function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === undefined) return null
  return value as SQLInputValue
}

function dialectOver(shared: SharedConnections): Dialect {
  return {
    createAdapter: () => new SharedAdapter(),
    createDriver: () => new SqliteDriver(shared),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

class SharedAdapter extends SqliteAdapter {
  // Kysely would let one query at a time through; `Lock` lets readers pass a waiting writer.
  override get supportsMultipleConnections(): boolean {
    return true
  }

  // Kysely thinks of old SQLite. Without it, a kill between two statements of a migration leaves half
  // of it behind, which the next start cannot repeat.
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class SqliteDriver implements Driver {
  readonly #shared: SharedConnections

  constructor(shared: SharedConnections) {
    this.#shared = shared
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return new SqliteConnection(this.#shared)
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    await connection.begin()
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    connection.end('commit')
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.end('rollback')
  }

  async releaseConnection(): Promise<void> {}
}

class SqliteConnection implements DatabaseConnection {
  readonly #shared: SharedConnections
  #release: (() => void) | undefined

  constructor(shared: SharedConnections) {
    this.#shared = shared
  }

  async begin(): Promise<void> {
    this.#refuseNested()
    this.#release = await this.#shared.lock.acquire()
    this.#shared.writer.exec('begin immediate')
  }

  end(how: 'commit' | 'rollback'): void {
    try {
      this.#shared.writer.exec(how)
    } finally {
      this.#release?.()
      this.#release = undefined
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { writer, reader, lock } = this.#shared
    if (this.#release) return this.#shared.execute(writer, query)
    if (query.query.kind === 'SelectQueryNode' && reader !== writer) {
      return this.#shared.execute(reader, query)
    }
    this.#refuseNested()
    const release = await lock.acquire()
    try {
      return this.#shared.execute(writer, query)
    } finally {
      release()
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query)
  }

  #refuseNested(): void {
    if (this.#shared.holding.getStore()) {
      throw nestedWrite()
    }
  }
}

function nestedWrite(): Error {
  return new Error("Write through the transaction's ctx: the outer db would wait for itself")
}

interface Waiting {
  readonly work: (writer: DatabaseSync) => unknown
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

function groupCommitter(shared: SharedConnections): SqliteFile['groupCommit'] {
  let queue: Waiting[] = []
  let running = false

  async function drain(): Promise<void> {
    running = true
    while (queue.length > 0) {
      const release = await shared.lock.acquire()
      const batch = queue
      queue = []
      try {
        commitBatch(shared.writer, batch)
      } finally {
        release()
      }
      // Let the requests that the last commit answered come back before the next one.
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    running = false
  }

  return (work) =>
    new Promise((resolve, reject) => {
      if (shared.holding.getStore()) throw nestedWrite()
      queue.push({ work, resolve, reject })
      if (!running) void drain()
    })
}

function commitBatch(writer: DatabaseSync, batch: readonly Waiting[]): void {
  const done: (() => void)[] = []
  try {
    writer.exec('begin immediate')
    for (const { work, resolve, reject } of batch) {
      try {
        writer.exec('savepoint one')
        const value = work(writer)
        writer.exec('release one')
        done.push(() => resolve(value as never))
      } catch (error) {
        writer.exec('rollback to one; release one')
        done.push(() => reject(error))
      }
    }
    writer.exec('commit')
  } catch (error) {
    if (writer.isOpen && writer.isTransaction) writer.exec('rollback')
    for (const { reject } of batch) reject(error)
    return
  }
  for (const answer of done) answer()
}
