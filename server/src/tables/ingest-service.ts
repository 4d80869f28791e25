import { rm } from 'node:fs/promises'
import type { Ctx } from '../core/index.ts'
import { brokenChecks, reportOn, runChecks } from './check-service.ts'
import type { CheckReport, Checks } from './checks/types.ts'
import { openCsv, type OpenedCsv } from './csv-service.ts'
import { findEntry } from './catalog-store.ts'
import { openTable } from './catalog-service.ts'
import { quoteName, quoteText, type StructType } from './delta/schema.ts'
import { tablesErrors } from './errors.ts'
import { roomOf } from './room.ts'
import { parseTableName } from './table-name.ts'
import { WriteMode } from './types.ts'
import { writeTable, type WriteTableAnswer } from './write-service.ts'

export interface IngestInput {
  readonly table: string
  /** A file of this machine; whoever calls has decided that it may be read. */
  readonly path: string
  readonly format: 'csv' | 'parquet'
  readonly mode: WriteMode
  readonly keys?: readonly string[]
  readonly checks?: Checks
  /** Types of CSV columns; else the checks', else the table's, else found from the values. */
  readonly schema?: StructType
  readonly delimiter?: string
  readonly requestId?: string
}

export interface IngestAnswer extends WriteTableAnswer {
  readonly report: CheckReport | undefined
}

/** Reads a file into a table. A file that is broken, or breaks a check, leaves the table as it was. */
export async function ingestFile(ctx: Ctx, input: IngestInput): Promise<IngestAnswer> {
  return input.format === 'csv' ? ingestCsv(ctx, input) : ingestParquet(ctx, input)
}

async function ingestCsv(ctx: Ctx, input: IngestInput): Promise<IngestAnswer> {
  const { checks, delimiter } = input
  const schema = input.schema ?? (await schemaOfTable(ctx, input))
  await using csv = await openCsv(ctx, input.path, { schema, checks, delimiter })
  assertColumns(csv, input.schema)
  const { engine } = roomOf(ctx)
  const report = checks && (await engine.session((session) => reportOn(session, checks, csv)))
  if (report && !report.passed) throw brokenChecks(report)
  if (input.mode === WriteMode.Merge) await assertKeys(ctx, csv, input.keys ?? [])
  const parquet = engine.scratchPath('parquet')
  try {
    await engine.session((session) =>
      session.run(
        `copy (select * exclude (${csv.rowColumn}) from (${csv.query})) to ${quoteText(parquet)} (format parquet)`,
      ),
    )
    return { ...(await write(ctx, input, parquet)), report }
  } finally {
    await rm(parquet, { force: true })
  }
}

async function ingestParquet(ctx: Ctx, input: IngestInput): Promise<IngestAnswer> {
  const { checks, path } = input
  const report = checks && (await runChecks(ctx, { checks, source: { parquet: path } }))
  if (report && !report.passed) throw brokenChecks(report)
  return { ...(await write(ctx, input, path)), report }
}

function write(ctx: Ctx, input: IngestInput, parquet: string): Promise<WriteTableAnswer> {
  return writeTable(ctx, {
    table: input.table,
    mode: input.mode,
    ...(input.keys ? { keys: input.keys } : {}),
    source: { parquet },
    ...(input.requestId === undefined ? {} : { requestId: input.requestId }),
  })
}

/** Rows that are added to a table are read in its types. */
async function schemaOfTable(ctx: Ctx, input: IngestInput): Promise<StructType | undefined> {
  if (input.mode === WriteMode.Overwrite) return undefined
  const entry = await findEntry(ctx.db, parseTableName(input.table))
  return entry && (await openTable(ctx, entry)).snapshot.schema
}

function assertColumns(csv: OpenedCsv, schema: StructType | undefined): void {
  if (!schema) return
  const found = new Set(csv.columns.map((name) => name.toLowerCase()))
  const known = new Set(schema.fields.map((field) => field.name.toLowerCase()))
  const unknown = csv.columns.filter((name) => !known.has(name.toLowerCase()))
  const missing = schema.fields.filter((field) => !found.has(field.name.toLowerCase()))
  if (unknown.length === 0 && missing.length === 0) return
  const problems = [
    ...unknown.map((name) => `unknown column '${name}'`),
    ...missing.map((field) => `column '${field.name}' is missing`),
  ]
  throw tablesErrors.TABLES_CSV_BROKEN(problems.join(', '))
}

async function assertKeys(ctx: Ctx, csv: OpenedCsv, keys: readonly string[]): Promise<void> {
  const names = keys.map(quoteName).join(', ')
  if (keys.length === 0) return
  const rows = await roomOf(ctx).engine.session((session) =>
    session.rows(`select ${csv.rowColumn}, concat_ws(', ', ${names}) from (select *, count(*) over
      (partition by ${names}) as __n from (${csv.query})) where __n > 1 order by 1 limit 20`),
  )
  if (rows.length === 0) return
  const details = rows.map(([row, key]) => ({
    row: Number(row),
    column: keys.join(', '),
    problem: 'its key is there more than once',
    value: String(key),
  }))
  const shown = details.slice(0, 5).map(({ row, value }) => `row ${row} (${value})`)
  throw tablesErrors
    .TABLES_CSV_BROKEN(`the key ${keys.join(', ')} is there more than once: ${shown.join(', ')}`)
    .with({ details })
}
