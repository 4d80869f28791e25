import { rename, copyFile, rm } from 'node:fs/promises'
import { inTransaction, recordEdge, type Ctx } from '../core/index.ts'
import { openForCaller } from './staged-reads.ts'
import type { DeltaLog } from './delta/delta-log.ts'
import { quoteName, quoteText, toTypeText } from './delta/schema.ts'
import { describeAnswer } from './duck/describe.ts'
import type { Row, Session, SessionOptions } from './duck/engine.ts'
import type { Column, ValueFormat } from './duck/messages.ts'
import { scanSql } from './duck/scan.ts'
import { tablesErrors } from './errors.ts'
import { parameterLiterals, type StatementParameter } from './parameters.ts'
import { roomOf } from './room.ts'
import { planQuery, type QueryPlan, type ResolvedView } from './sql/query-plan.ts'
import type { TimeTravel } from './sql/dialect.ts'
import { nameOfParts, parseTableName, type TableName } from './table-name.ts'
import { findVersionAt } from './time-travel.ts'
import type { TableSource } from './types.ts'

/** Versions by table name; they pin every reference that names no version itself. */
export type PinnedVersions = Readonly<Record<string, number>>

export interface QueryInput {
  readonly sql: string
  readonly parameters?: readonly StatementParameter[]
  readonly versions?: PinnedVersions
  /** The schema of names without one. @default default */
  readonly schema?: string
}

/** Stands in for a name before the catalog is asked: a table being changed, a source already read. */
export type Substitutes = ReadonlyMap<string, ResolvedView>

/** Finds the tables and versions of a query; it touches no data. */
export async function planTables(
  ctx: Ctx,
  input: QueryInput,
  substitutes: Substitutes = new Map(),
): Promise<QueryPlan> {
  const pins = new Map(
    Object.entries(input.versions ?? {}).map(([name, version]) => [
      parseTableName(name).full,
      version,
    ]),
  )
  const parameters = parameterLiterals(input.parameters ?? [])
  const more = input.schema === undefined ? {} : { schema: input.schema }
  const query = { sql: input.sql, parameters, ...more }
  return planQuery(roomOf(ctx).engine, query, async (reference, travel) => {
    const [only = ''] = reference.parts
    const substitute = reference.parts.length === 1 ? substitutes.get(only) : undefined
    if (substitute) return substitute
    return resolveTable(ctx, nameOfParts(reference.parts, input.schema), { travel, pins })
  })
}

interface AskedVersion {
  readonly travel: TimeTravel | undefined
  readonly pins: ReadonlyMap<string, number>
}

async function resolveTable(ctx: Ctx, name: TableName, asked: AskedVersion): Promise<ResolvedView> {
  const { entry, log, snapshot: latest, isStaged } = await openForCaller(ctx, name)
  const version = await askedVersion(log, name, asked)
  const snapshot = version === undefined ? latest : await log.at(version)
  if (!snapshot) {
    const found = `its versions go up to ${latest.version}, and old ones may have been vacuumed`
    throw tablesErrors.TABLES_VERSION_NOT_FOUND(name.full, `version ${version}`, found)
  }
  const sql = scanSql({ location: entry.location, snapshot })
  // Its own staged rows are no source of what an attempt makes.
  if (isStaged && version === undefined) return { key: `${name.full}+`, sql }
  return {
    key: `${name.full}@${snapshot.version}`,
    sql,
    source: { table: name.full, version: snapshot.version },
  }
}

async function askedVersion(
  log: DeltaLog,
  name: TableName,
  { travel, pins }: AskedVersion,
): Promise<number | undefined> {
  if (!travel) return pins.get(name.full)
  if (travel.unit === 'timestamp') return findVersionAt(log, name.full, travel.value)
  const version = Number(travel.value)
  if (Number.isSafeInteger(version) && version >= 0) return version
  throw tablesErrors.TABLES_STATEMENT_INVALID(`'${travel.value}' is not a version of a table`)
}

/** Makes the views of a plan in a session; after that `plan.sql` can run there. */
export async function createViews(session: Session, plan: QueryPlan): Promise<void> {
  for (const { name, sql } of plan.views) {
    await session.run(`create or replace temp view ${quoteName(name)} as ${sql}`)
  }
}

export function sourcesOf(plan: QueryPlan): TableSource[] {
  return plan.views.flatMap(({ source }) => source ?? [])
}

/** Records, when a task asks, what it read. */
export async function recordReads(ctx: Ctx, sources: readonly TableSource[]): Promise<void> {
  const attemptId = ctx.principal.attemptId
  if (attemptId === undefined || sources.length === 0) return
  await inTransaction(ctx, async (tx) => {
    for (const { table, version } of sources) {
      await recordEdge(tx, {
        kind: 'READ',
        from: `attempt:${attemptId}`,
        to: `table:${table}@${version}`,
      })
    }
  })
}

export interface RunningQuery {
  readonly columns: readonly Column[]
  readonly sources: readonly TableSource[]
  /** Batches of rows, in order; ends when there are no more. */
  readonly nextRows: () => Promise<readonly Row[] | undefined>
}

/** Runs a query and hands its stream to `consume`; the stream ends with the call. */
export async function runQuery<T>(
  ctx: Ctx,
  input: QueryInput & SessionOptions & { readonly format: ValueFormat },
  consume: (running: RunningQuery) => Promise<T>,
): Promise<T> {
  const plan = await planTables(ctx, input)
  const sources = sourcesOf(plan)
  const result = await roomOf(ctx).engine.session(async (session) => {
    await createViews(session, plan)
    const { columns, next } = await session.stream(plan.sql, input.format)
    return consume({ columns, sources, nextRows: next })
  }, input)
  await recordReads(ctx, sources)
  return result
}

export interface QueryRowsInput extends QueryInput {
  /** Most rows to return. @default 100000 */
  readonly limit?: number
  /** @default 300000 */
  readonly timeoutMs?: number
}

export interface QueryRowsAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** Numbers, texts, booleans, null; dates and times as ISO texts; decimals as numbers. */
  readonly rows: unknown[][]
  readonly sources: readonly TableSource[]
}

/** The rows of a SELECT as plain values, and the table versions that they came from. */
export async function queryRows(ctx: Ctx, input: QueryRowsInput): Promise<QueryRowsAnswer> {
  const limit = input.limit ?? 100_000
  return runQuery(ctx, { ...input, format: 'plain' }, async ({ columns, sources, nextRows }) => {
    const rows: unknown[][] = []
    for (let batch = await nextRows(); batch && rows.length < limit; batch = await nextRows()) {
      for (const row of batch.slice(0, limit - rows.length)) rows.push([...row])
    }
    const named = columns.map(({ name, type }) => ({ name, type: toTypeText(type) }))
    return { columns: named, rows, sources }
  })
}

export interface QueryToParquetInput extends QueryInput {
  /** Where to write; replaced when it is there. */
  readonly path: string
}

export interface QueryToParquetAnswer {
  readonly rows: number
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly sources: readonly TableSource[]
}

/** Writes the rows of a SELECT as one Parquet file. */
export async function queryToParquet(
  ctx: Ctx,
  input: QueryToParquetInput,
): Promise<QueryToParquetAnswer> {
  const plan = await planTables(ctx, input)
  const { engine } = roomOf(ctx)
  const made = engine.scratchPath('parquet')
  try {
    const answer = await engine.session(async (session) => {
      await createViews(session, plan)
      const described = await describeAnswer(session, plan.sql)
      const [copied] = await session.rows(
        `copy (${plan.sql}) to ${quoteText(made)} (format parquet)`,
      )
      const columns = described.fields.map(({ name, type }) => ({ name, type: toTypeText(type) }))
      return { rows: Number(copied?.[0] ?? 0), columns }
    })
    await moveFile(made, input.path)
    const sources = sourcesOf(plan)
    await recordReads(ctx, sources)
    return { ...answer, sources }
  } finally {
    await rm(made, { force: true })
  }
}

export async function moveFile(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EXDEV') throw error
    await copyFile(from, to)
  })
}
