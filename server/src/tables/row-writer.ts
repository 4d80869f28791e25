import { copyFile, link, open, realpath, rm } from 'node:fs/promises'
import type { Ctx } from '../core/index.ts'
import type { CatalogEntry } from './catalog-store.ts'
import type { AddFile } from './delta/actions.ts'
import { quoteName, quoteText, toDuckType, type StructType } from './delta/schema.ts'
import { deleteDataFiles, writeDataFiles } from './duck/data-file.ts'
import { describeQuery } from './duck/describe.ts'
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
import { parseTypeText } from './sql/type-text.ts'

/** Rows in memory; each row's cells in the order of the columns, times as ISO texts. */
export interface RowsSource {
  /** Types as Databricks spells them. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
}

/** Where rows come from: a Parquet file of this machine, rows in memory, or a query on tables. */
export type WriteSource = { readonly parquet: string } | RowsSource | QueryInput

/** What rows must fit. */
export interface RowShape {
  /** Undefined where the rows decide. */
  readonly schema: StructType | undefined
  readonly partitionColumns: readonly string[]
}

/** Rows in files of the table's folder, that no log knows yet. */
export interface FittedFiles {
  readonly adds: readonly AddFile[]
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
}

export interface WriteRowsInput {
  readonly source: WriteSource
  readonly shape: RowShape
  /** Of a merge: each key once. */
  readonly keys: readonly string[] | undefined
  /** Names for the source's columns, by place. */
  readonly columns?: readonly string[] | undefined
  /** Converts as an INSERT does. @default false */
  readonly isLenient?: boolean | undefined
}

/** Fits the source to the table and writes it as data files; on any problem no file is left. */
export async function writeRows(
  ctx: Ctx,
  entry: CatalogEntry,
  input: WriteRowsInput,
): Promise<FittedFiles> {
  const source = await openSource(ctx, input.source)
  try {
    const files = await roomOf(ctx).engine.session(async (session) => {
      if (source.plan) await createViews(session, source.plan)
      return fitRows(session, entry, { ...input, query: source.query, nowMs: ctx.now().getTime() })
    })
    if (source.plan) await recordReads(ctx, sourcesOf(source.plan))
    return files
  } finally {
    if (source.scratch) await rm(source.scratch, { force: true })
  }
}

interface FitInput extends WriteRowsInput {
  readonly query: string
  readonly nowMs: number
}

async function fitRows(
  session: Session,
  entry: CatalogEntry,
  input: FitInput,
): Promise<FittedFiles> {
  const { location } = entry
  const table = entry.name.full
  const described = await describeQuery(session, input.query)
  const { query, given } = renamed(input, described, table)
  const schema = input.shape.schema ?? given
  const { partitionColumns } = input.shape
  const isLenient = input.isLenient ?? false
  const fitted = alignQuery({ table, source: given, target: schema, query, isLenient })
  const { nowMs } = input
  const written = { location, schema, partitionColumns }
  const adds = await writeDataFiles(session, { ...written, query: fitted, nowMs })
  try {
    if (input.keys) await assertMergeKeys(session, { ...written, table, keys: input.keys, adds })
  } catch (error) {
    await deleteDataFiles(location, adds)
    throw error
  }
  return { adds, schema, partitionColumns }
}

function renamed(
  input: FitInput,
  given: StructType,
  table: string,
): { query: string; given: StructType } {
  const { columns } = input
  if (!columns) return { query: input.query, given }
  if (columns.length !== given.fields.length) {
    const problem = `${columns.length} columns are named, the rows have ${given.fields.length}`
    throw tablesErrors.TABLES_SCHEMA_MISMATCH(table, problem)
  }
  const names = columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(', ')
  const fields = given.fields.map((field, i) => ({ ...field, name: columns[i] ?? field.name }))
  const query = `select * from (${input.query}) as s(${names})`
  return { query, given: { type: 'struct', fields } }
}

interface OpenSource {
  readonly query: string
  readonly plan?: QueryPlan
  readonly scratch?: string
}

async function openSource(ctx: Ctx, source: WriteSource): Promise<OpenSource> {
  if ('rows' in source) return openRows(ctx, source)
  if (!('parquet' in source)) {
    const plan = await planTables(ctx, source)
    return { query: plan.sql, plan }
  }
  const scratch = await importFile(ctx, source.parquet, 'parquet')
  return { query: `select * from read_parquet(${quoteText(scratch)})`, scratch }
}

const rowsPerSlice = 500

async function openRows(ctx: Ctx, { columns, rows }: RowsSource): Promise<OpenSource> {
  const { engine } = roomOf(ctx)
  const types = columns.map(({ name, type }) => ({
    name,
    type: toDuckType(parseTypeText(type), name),
  }))
  if (rows.length === 0) {
    const empty = types.map(({ name, type }) => `null::${type} as ${quoteName(name)}`)
    return { query: `select ${empty.join(', ')} limit 0` }
  }
  const scratch = engine.scratchPath('json')
  await engine.ready()
  await using file = await open(scratch, 'w')
  // In slices, so that others get their turn between them.
  for (let start = 0; start < rows.length; start += rowsPerSlice) {
    const lines = rows
      .slice(start, start + rowsPerSlice)
      .map((row) => JSON.stringify(Object.fromEntries(types.map(({ name }, i) => [name, row[i]]))))
    await file.write(`${lines.join('\n')}\n`)
  }
  const typed = types.map(({ name, type }) => `${quoteText(name)}: ${quoteText(type)}`)
  const query = `select * from read_json(${quoteText(scratch)}, format = 'newline_delimited',
    columns = {${typed.join(', ')}})`
  return { query, scratch }
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
