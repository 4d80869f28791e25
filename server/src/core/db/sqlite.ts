/**
 * SQLite through node:sqlite, for one process.
 *
 * Two connections to one WAL file. Every write goes through the writer, one transaction at a time
 * (`Lock`); a plain SELECT outside a transaction goes to the reader, which always sees the last
 * commit and never waits. Every write is acknowledged once it is synced (`WalSync`), and
 * `groupCommit` lets many small writes share one transaction (`group-commit.ts`).
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
import { groupCommitter, type GroupCommit } from './group-commit.ts'
import { Lock } from './lock.ts'
import { WalSync } from './wal-sync.ts'

export interface SqliteFile {
  readonly dialect: Dialect
  /** The connection that writes; only inside `groupCommit`. */
  readonly writer: DatabaseSync
  readonly reader: DatabaseSync
  /** Runs synchronous work inside the next shared transaction; resolves once that is durable. */
  readonly groupCommit: GroupCommit
  /** Marks everything `work` awaits as inside a transaction, so that a nested write is refused. */
  readonly holding: <T>(work: () => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

const cachedStatements = 500

export function openSqlite(path: string): SqliteFile {
  const writer = connect(path)
  // NORMAL leaves the sync after a commit to `WalSync`; checkpoints still sync by themselves.
  writer.exec(
    'pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 4000',
  )
  // A private in-memory database has one connection only.
  const reader = path === ':memory:' ? writer : connect(path)
  const sync = new WalSync(path)
  const shared = new SharedConnections({ writer, reader, sync })
  const close = async () => {
    await sync.close()
    if (reader !== writer) reader.close()
    writer.close()
  }
  const holding = <T>(work: () => Promise<T>) => shared.holding.run(true, work)
  return {
    dialect: dialectOver(shared),
    holding,
    writer,
    reader,
    groupCommit: groupCommitter({
      writer,
      sync,
      lock: shared.lock,
      refuse: () => shared.refuseNested(),
    }),
    close,
  }
}

function connect(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  db.exec(`pragma foreign_keys = on; pragma busy_timeout = 10000; pragma temp_store = memory;
    pragma cache_size = -16000; pragma mmap_size = 0; pragma case_sensitive_like = on`)
  return db
}

interface Prepared {
  readonly statement: StatementSync
  readonly returnsRows: boolean
}

class SharedConnections {
  readonly lock = new Lock()
  readonly holding = new AsyncLocalStorage<true>()
  readonly writer: DatabaseSync
  readonly reader: DatabaseSync
  readonly sync: WalSync
  readonly #prepared = new Map<DatabaseSync, Map<string, Prepared>>()

  constructor(parts: Pick<SharedConnections, 'writer' | 'reader' | 'sync'>) {
    this.writer = parts.writer
    this.reader = parts.reader
    this.sync = parts.sync
  }

  refuseNested(): void {
    if (this.holding.getStore()) {
      throw new Error("Write through the transaction's ctx: the outer db would wait for itself")
    }
  }

  execute<R>(db: DatabaseSync, query: CompiledQuery): QueryResult<R> {
    const { statement, returnsRows } = this.#prepare(db, query.sql)
    const parameters = query.parameters.map(toSqlite)
    if (returnsRows) return { rows: statement.all(...parameters) as R[] }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return {
      rows: [],
      numAffectedRows: BigInt(changes),
      insertId: BigInt(lastInsertRowid),
    }
  }

  #prepare(db: DatabaseSync, sql: string): Prepared {
    const ofDb = this.#prepared.get(db) ?? new Map<string, Prepared>()
    this.#prepared.set(db, ofDb)
    const known = ofDb.get(sql)
    if (known) return known
    const statement = db.prepare(sql)
    if (ofDb.size >= cachedStatements) ofDb.delete(ofDb.keys().next().value ?? '')
    const prepared = { statement, returnsRows: statement.columns().length > 0 }
    ofDb.set(sql, prepared)
    return prepared
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
    connection.commit()
    await this.#shared.sync.durable()
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.rollback()
  }

  async releaseConnection(): Promise<void> {}
}

class SqliteConnection implements DatabaseConnection {
  readonly #shared: SharedConnections
  #release: (() => void) | undefined
  /** Why SQLite itself has undone the transaction, as it does when the disk is full. */
  #undoneBy: unknown

  constructor(shared: SharedConnections) {
    this.#shared = shared
  }

  async begin(): Promise<void> {
    this.#shared.refuseNested()
    const release = await this.#shared.lock.acquire()
    try {
      this.#shared.writer.exec('begin immediate')
    } catch (error) {
      release()
      throw error
    }
    this.#release = release
    this.#undoneBy = undefined
  }

  commit(): void {
    this.#within(() => this.#shared.writer.exec('commit'))
    this.#end()
  }

  /** Does nothing when the transaction is over. */
  rollback(): void {
    const { writer } = this.#shared
    try {
      if (this.#release && writer.isTransaction) writer.exec('rollback')
    } finally {
      this.#end()
    }
  }

  #end(): void {
    this.#release?.()
    this.#release = undefined
  }

  /** Whatever comes after SQLite's own rollback must not run outside of a transaction. */
  #within<T>(work: () => T): T {
    const { writer } = this.#shared
    if (!writer.isTransaction) throw this.#undoneBy
    try {
      return work()
    } catch (error) {
      if (!writer.isTransaction) this.#undoneBy = error
      throw error
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { writer, reader, lock } = this.#shared
    if (this.#release) return this.#within(() => this.#shared.execute(writer, query))
    if (query.query.kind === 'SelectQueryNode' && reader !== writer) {
      return this.#shared.execute(reader, query)
    }
    this.#shared.refuseNested()
    const release = await lock.acquire()
    let result: QueryResult<R>
    try {
      result = this.#shared.execute(writer, query)
    } finally {
      release()
    }
    await this.#shared.sync.durable()
    return result
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query)
  }
}
