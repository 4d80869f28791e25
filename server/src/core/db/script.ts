/**
 * SQL of measured hot paths, written once and run on either dialect.
 *
 * A script is a generator: it yields statements with `?` parameters and receives their rows. It
 * decides between statements but awaits nothing, so that on SQLite a whole script runs synchronously
 * inside one shared commit (`SqliteFile.groupCommit`) with prepared statements, and on Postgres in
 * a transaction of its own. Inside another transaction it joins that one.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CompiledQuery } from 'kysely'
import type { Ctx } from '../ctx.ts'
import type { Db } from './tables.ts'

export type SqlValue = string | number | null | Uint8Array

export interface Statement {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

export type Script<T> = Generator<Statement, T, readonly unknown[]>

/** Asks for rows: `const [run] = yield* query<RunRow>('select … where id = ?', id)`. */
export function* query<R>(sql: string, ...parameters: readonly SqlValue[]): Script<readonly R[]> {
  return (yield { sql, parameters }) as readonly R[]
}

/** Runs a statement whose rows do not matter. */
export function* run(sql: string, ...parameters: readonly SqlValue[]): Script<void> {
  yield { sql, parameters }
}

/** Runs a writing script; resolves once what it wrote is durable. `script` may be called again. */
export async function runScript<T>(ctx: Ctx, script: () => Script<T>): Promise<T> {
  const { sqlite } = ctx.database
  if (ctx.db.isTransaction) {
    return sqlite ? runSync(sqlite.writer, script()) : runAsync(ctx.db, script())
  }
  if (sqlite) return sqlite.groupCommit((writer) => runSync(writer, script()))
  return ctx.database.transaction((db) => runAsync(db, script()))
}

/** Runs a script that only reads, on the last commit, without waiting for a writer. */
export async function readScript<T>(ctx: Ctx, script: Script<T>): Promise<T> {
  const { sqlite } = ctx.database
  if (!sqlite) return runAsync(ctx.db, script)
  return runSync(ctx.db.isTransaction ? sqlite.writer : sqlite.reader, script)
}

function runSync<T>(db: DatabaseSync, script: Script<T>): T {
  const prepared = preparedOf(db)
  let step = script.next([])
  while (!step.done) {
    const { sql, parameters } = step.value
    const { statement, returnsRows } = prepare(prepared, db, sql)
    if (returnsRows) {
      step = script.next(statement.all(...parameters))
    } else {
      statement.run(...parameters)
      step = script.next([])
    }
  }
  return step.value
}

async function runAsync<T>(db: Db, script: Script<T>): Promise<T> {
  let step = script.next([])
  while (!step.done) {
    const { sql, parameters } = step.value
    const compiled = CompiledQuery.raw(numbered(sql), [...parameters])
    const { rows } = await db.executeQuery(compiled)
    step = script.next(rows)
  }
  return step.value
}

interface Prepared {
  readonly statement: StatementSync
  readonly returnsRows: boolean
}

const cachedStatements = 500
const preparedByDb = new WeakMap<DatabaseSync, Map<string, Prepared>>()

function preparedOf(db: DatabaseSync): Map<string, Prepared> {
  const known = preparedByDb.get(db)
  if (known) return known
  const created = new Map<string, Prepared>()
  preparedByDb.set(db, created)
  return created
}

function prepare(prepared: Map<string, Prepared>, db: DatabaseSync, sql: string): Prepared {
  const known = prepared.get(sql)
  if (known) return known
  const statement = db.prepare(sql)
  const entry = { statement, returnsRows: statement.columns().length > 0 }
  if (prepared.size >= cachedStatements) prepared.delete(prepared.keys().next().value ?? '')
  prepared.set(sql, entry)
  return entry
}

const numberedBySql = new Map<string, string>()

/** Postgres numbers its parameters. No statement of ours has a question mark in a literal. */
function numbered(sql: string): string {
  const known = numberedBySql.get(sql)
  if (known) return known
  let count = 0
  const text = sql.replaceAll('?', () => `$${++count}`)
  if (numberedBySql.size >= cachedStatements) numberedBySql.clear()
  numberedBySql.set(sql, text)
  return text
}
