import { copyFile, link, realpath, rm } from 'node:fs/promises'
import type { Ctx } from '../core/index.ts'
import type { CatalogEntry } from './catalog-store.ts'
import { fromDuckType, nullableField, quoteText, type StructType } from './delta/schema.ts'
import { writeDataFile, type DataFile } from './duck/data-file.ts'
import type { Session } from './duck/engine.ts'
import { tablesErrors } from './errors.ts'
import { alignQuery } from './operations/align.ts'
import { assertMergeKeys } from './operations/merge.ts'
import {
  createViews,
  planTables,
  recordReads,
  sourcesOf,
  type QueryInput,
} from './query-service.ts'
import { roomOf } from './room.ts'
import type { QueryPlan } from './sql/query-plan.ts'

/** Where rows come from: a Parquet file of this machine, or a query on tables. */
export type WriteSource = { readonly parquet: string } | QueryInput

/** Rows in a file of the table's folder, that no log knows yet. */
export interface FittedFile extends DataFile {
  readonly schema: StructType
}

export interface WriteRowsInput {
  readonly source: WriteSource
  /** The columns that the rows must fit; undefined where the rows decide. */
  readonly target: StructType | undefined
  /** Of a merge: each key once. */
  readonly keys: readonly string[] | undefined
}

/** Fits the source to the table and writes it as a data file; on any problem no file is left. */
export async function writeRows(
  ctx: Ctx,
  entry: CatalogEntry,
  input: WriteRowsInput,
): Promise<FittedFile> {
  const source = await openSource(ctx, input.source)
  try {
    const file = await roomOf(ctx).engine.session(async (session) => {
      if (source.plan) await createViews(session, source.plan)
      const given = await describeQuery(session, source.query)
      const schema = input.target ?? given
      const table = entry.name.full
      const query = alignQuery({ table, source: given, target: schema, query: source.query })
      const nowMs = ctx.now().getTime()
      const made = await writeDataFile(session, { location: entry.location, query, schema, nowMs })
      return { ...made, schema }
    })
    await checkFile(ctx, { table: entry.name.full, file, keys: input.keys })
    if (source.plan) await recordReads(ctx, sourcesOf(source.plan))
    return file
  } finally {
    if (source.scratch) await rm(source.scratch, { force: true })
  }
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

interface CheckFileInput {
  readonly table: string
  readonly file: FittedFile
  readonly keys: readonly string[] | undefined
}

async function checkFile(ctx: Ctx, { table, file, keys }: CheckFileInput): Promise<void> {
  if (!keys) return
  try {
    const columns = file.schema.fields.map((field) => field.name)
    await assertMergeKeys(roomOf(ctx).engine, { table, keys, path: file.path, columns })
  } catch (error) {
    await rm(file.path, { force: true })
    throw error
  }
}
