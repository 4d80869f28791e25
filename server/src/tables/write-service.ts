import { link, copyFile, realpath, rm } from 'node:fs/promises'
import type { Ctx } from '../core/index.ts'
import { createSchema, openTable, registerTable } from './catalog-service.ts'
import { findEntry, type CatalogEntry } from './catalog-store.ts'
import { announceCommits } from './committed-service.ts'
import { commit, type CommitPlan } from './delta/commit.ts'
import { assertWritable } from './delta/protocol.ts'
import { fromDuckType, nullableField, quoteText, type StructType } from './delta/schema.ts'
import type { Snapshot } from './delta/snapshot.ts'
import { writeDataFile, type DataFile } from './duck/data-file.ts'
import type { Session } from './duck/engine.ts'
import { tablesErrors } from './errors.ts'
import { alignQuery } from './operations/align.ts'
import { planAppend, type WrittenRows } from './operations/append.ts'
import { assertMergeKeys, planMerge } from './operations/merge.ts'
import { planOverwrite } from './operations/overwrite.ts'
import {
  createViews,
  planTables,
  recordReads,
  sourcesOf,
  type QueryInput,
} from './query-service.ts'
import { logAt, roomOf } from './room.ts'
import { scheduleCheckpoint } from './checkpoint-service.ts'
import type { QueryPlan } from './sql/query-plan.ts'
import { parseTableName, type TableName } from './table-name.ts'
import { WriteMode } from './types.ts'

export type WriteSource = { readonly parquet: string } | QueryInput

export interface WriteTableInput {
  readonly table: string
  readonly mode: WriteMode
  /** Key columns of a merge. */
  readonly keys?: readonly string[]
  readonly source: WriteSource
  /** Makes the write happen once: a commit that the table has seen is skipped. */
  readonly txn?: { readonly appId: string; readonly version: number }
  /** Table properties, where the table is made. */
  readonly properties?: Readonly<Record<string, string>>
}

export interface WriteTableAnswer {
  readonly table: string
  /** The version that was made; null when the rows are staged or were skipped. */
  readonly version: number | null
  readonly rows: number
  /** The table had seen `txn` before; nothing was written. */
  readonly skipped: boolean
}

/** Writes rows as one commit. The table and its schema are made when they are not there. */
export async function writeTable(ctx: Ctx, input: WriteTableInput): Promise<WriteTableAnswer> {
  const name = parseTableName(input.table)
  const entry = await ensureEntry(ctx, name)
  const file = await writeRows(ctx, entry, input)
  return commitRows(ctx, { ...input, entry, file })
}

async function ensureEntry(ctx: Ctx, name: TableName): Promise<CatalogEntry> {
  const known = await findEntry(ctx.db, name)
  if (known) return known
  await createSchema(ctx, { name: name.schema, ifNotExists: true })
  return registerTable(ctx, { name })
}

/** Rows in a file of the table's folder, that no log knows yet. */
export interface FittedFile extends DataFile {
  readonly schema: StructType
}

/** Fits the source to the table and writes it as a data file; on any problem no file is left. */
export async function writeRows(
  ctx: Ctx,
  entry: CatalogEntry,
  input: WriteTableInput,
): Promise<FittedFile> {
  const target = await targetSchema(ctx, entry, input.mode)
  const { engine } = roomOf(ctx)
  const source = await openSource(ctx, input.source)
  try {
    const file = await engine.session(async (session) => {
      if (source.plan) await createViews(session, source.plan)
      const given = await describeQuery(session, source.query)
      const schema = target ?? given
      const query = alignQuery({
        table: entry.name.full,
        source: given,
        target: schema,
        query: source.query,
      })
      const nowMs = ctx.now().getTime()
      const made = await writeDataFile(session, { location: entry.location, query, schema, nowMs })
      return { ...made, schema }
    })
    await checkFile(ctx, {
      entry,
      file,
      keys: input.mode === WriteMode.Merge ? (input.keys ?? []) : undefined,
    })
    if (source.plan) await recordReads(ctx, sourcesOf(source.plan))
    return file
  } finally {
    if (source.scratch) await rm(source.scratch, { force: true })
  }
}

/** The columns that rows must fit; undefined where the rows decide. */
async function targetSchema(
  ctx: Ctx,
  entry: CatalogEntry,
  mode: WriteMode,
): Promise<StructType | undefined> {
  const snapshot = await logAt(ctx, entry.location).update()
  if (snapshot.version < 0) return undefined
  await openTable(ctx, entry)
  if (snapshot.metadata) assertWritable(entry.name.full, snapshot.protocol, snapshot.metadata)
  if (mode === WriteMode.Overwrite) return undefined
  if ((snapshot.metadata?.partitionColumns.length ?? 0) > 0) {
    throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED('Writing to a partitioned table')
  }
  return snapshot.schema
}

interface OpenSource {
  readonly query: string
  readonly plan?: QueryPlan
  readonly scratch?: string
}

async function openSource(ctx: Ctx, source: WriteSource): Promise<OpenSource> {
  if (!('parquet' in source)) {
    const plan = await planTables(ctx, source)
    return { query: plan.sql, plan }
  }
  const scratch = await importFile(ctx, source.parquet, 'parquet')
  return { query: `select * from read_parquet(${quoteText(scratch)})`, scratch }
}

/** Links (or copies) a file to where SQL may read it. */
export async function importFile(ctx: Ctx, path: string, extension: string): Promise<string> {
  const { engine } = roomOf(ctx)
  const scratch = engine.scratchPath(extension)
  await engine.ready()
  try {
    const real = await realpath(path)
    await link(real, scratch).catch(() => copyFile(real, scratch))
  } catch (error) {
    throw tablesErrors
      .TABLES_FILE_UNREADABLE(`File '${path}'`, (error as Error).message)
      .with({ cause: error })
  }
  return scratch
}

export async function describeQuery(session: Session, query: string): Promise<StructType> {
  const rows = await session.rows(`describe ${query}`)
  const fields = rows.map(([name, type]) =>
    nullableField(String(name), fromDuckType(String(type), String(name))),
  )
  return { type: 'struct', fields }
}

async function checkFile(
  ctx: Ctx,
  input: {
    readonly entry: CatalogEntry
    readonly file: FittedFile
    readonly keys: readonly string[] | undefined
  },
): Promise<void> {
  const { entry, file, keys } = input
  try {
    if (keys) {
      const columns = file.schema.fields.map((field) => field.name)
      const target = { table: entry.name.full, keys, path: file.path, columns }
      await assertMergeKeys(roomOf(ctx).engine, target)
    }
  } catch (error) {
    await rm(file.path, { force: true })
    throw error
  }
}

export interface CommitRowsInput extends Omit<WriteTableInput, 'source'> {
  readonly entry: CatalogEntry
  readonly file: FittedFile
}

async function commitRows(ctx: Ctx, input: CommitRowsInput): Promise<WriteTableAnswer> {
  const { entry, file } = input
  const log = logAt(ctx, entry.location)
  let made: readonly DataFile[] = [file]
  const plan = async (snapshot: Snapshot): Promise<CommitPlan> => {
    if (snapshot.metadata) {
      assertWritable(entry.name.full, snapshot.protocol, snapshot.metadata)
    }
    await deleteFiles(made.slice(1))
    const planned = await planRows(ctx, snapshot, input)
    made = [file, ...planned.made]
    return planned.plan
  }
  try {
    const request = {
      table: entry.name.full,
      nowMs: ctx.now().getTime(),
      principal: ctx.principal.name,
      ...(input.txn ? { txn: input.txn } : {}),
      plan,
    }
    const done = await commit(log, request)
    if (done.version === undefined) await deleteFiles(made)
    else await announceCommits(ctx, { entry, version: done.version })
    scheduleCheckpoint(ctx, { log, snapshot: done.snapshot, version: done.version })
    const rows = done.repeated ? 0 : file.rows
    return { table: entry.name.full, version: done.version ?? null, rows, skipped: done.repeated }
  } catch (error) {
    await deleteFiles(made)
    throw error
  }
}

async function planRows(
  ctx: Ctx,
  snapshot: Snapshot,
  input: CommitRowsInput,
): Promise<{ plan: CommitPlan; made: readonly DataFile[] }> {
  const rows: WrittenRows = {
    table: input.entry.name.full,
    schema: input.file.schema,
    files: [input.file],
    nowMs: ctx.now().getTime(),
    ...(input.properties ? { properties: input.properties } : {}),
  }
  switch (input.mode) {
    case WriteMode.Append:
      return { plan: planAppend(snapshot, rows), made: [] }
    case WriteMode.Overwrite:
      return { plan: planOverwrite(snapshot, rows), made: [] }
    case WriteMode.Merge: {
      const { engine } = roomOf(ctx)
      const { location } = input.entry
      return planMerge(snapshot, { ...rows, engine, location, keys: input.keys ?? [] })
    }
  }
}

async function deleteFiles(files: readonly DataFile[]): Promise<void> {
  for (const file of files) await rm(file.path, { force: true })
}
