import { Kysely, PostgresDialect } from 'kysely'
import { Pool, types as pgTypes } from 'pg'
import { newId } from '../ids.ts'
import { transactionOn } from './before-commit.ts'
import { Notices } from './notices.ts'
import { openSqlite, type SqliteFile } from './sqlite.ts'
import { retryTransaction } from './retry.ts'
import type { Db, Tables } from './tables.ts'

export type DialectName = 'sqlite' | 'postgres'

/** One open database: the file or the Postgres behind it, and how to run a transaction on it. */
export interface Database extends AsyncDisposable {
  readonly dialect: DialectName
  readonly db: Db
  /** Present on SQLite only: group commit and raw statements for measured hot paths. */
  readonly sqlite: SqliteFile | undefined
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>
  /** Present where other servers may share the database: calls `wake` after their commits. */
  readonly hearOthers?: (wake: () => void) => AsyncDisposable
}

export interface OpenDatabaseOptions {
  /** A SQLite path, or `:memory:`. Ignored when `url` is given. */
  readonly path: string
  /** `postgres://…`, when the file has been outgrown. */
  readonly url?: string
  /** Most Postgres connections at once. @default 10 */
  readonly poolSize?: number
}

export function openDatabase(options: OpenDatabaseOptions): Database {
  return options.url ? openPostgres(options.url, options.poolSize ?? 10) : overSqlite(options.path)
}

function overSqlite(path: string): Database {
  const sqlite = openSqlite(path)
  const db = new Kysely<Tables>({ dialect: sqlite.dialect })
  return {
    dialect: 'sqlite',
    db,
    sqlite,
    transaction: (work) => db.transaction().execute((tx) => sqlite.holding(() => work(tx))),
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await sqlite.close()
    },
  }
}

// int8 and numeric arrive as numbers: all of ours are below 2^53.
pgTypes.setTypeParser(pgTypes.builtins.INT8, Number)
pgTypes.setTypeParser(pgTypes.builtins.NUMERIC, Number)

function openPostgres(url: string, poolSize: number): Database {
  const name = `millrace-${newId()}`
  const pool = new Pool({ connectionString: url, max: poolSize, application_name: name })
  // A backend that goes away while idle is replaced at the next query; without a listener it ends the process.
  pool.on('error', () => {})
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    dialect: 'postgres',
    db,
    sqlite: undefined,
    transaction: (work) => retryTransaction(() => transactionOn(db, work)),
    hearOthers: (wake) => new Notices({ url, name }, wake),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}
