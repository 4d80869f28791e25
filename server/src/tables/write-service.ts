import { newId, type Ctx } from '../core/index.ts'
import { createSchema, openTable, registerTable } from './catalog-service.ts'
import { findReservedEntry, type CatalogEntry } from './catalog-store.ts'
import { commitWrites, deleteFiles } from './commit-service.ts'
import { assertWritable } from './delta/protocol.ts'
import type { StructType } from './delta/schema.ts'
import { tablesErrors } from './errors.ts'
import { logAt } from './room.ts'
import { writeRows, type FittedFile, type WriteSource } from './row-writer.ts'
import { insertStage, listStages } from './stage-store.ts'
import { parseTableName, type TableName } from './table-name.ts'
import { WriteMode } from './types.ts'

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
  /** Names the call, so that sending it again does not write again. */
  readonly requestId?: string
  /**
   * Whether the rows wait for the attempt to succeed.
   * @default true when an attempt calls
   */
  readonly stage?: boolean
}

export interface WriteTableAnswer {
  readonly table: string
  /** The version that was made; null when the rows are staged or were skipped. */
  readonly version: number | null
  readonly rows: number
  /** The table had seen the transaction before; nothing was written. */
  readonly skipped: boolean
}

/**
 * Writes rows as one commit; of a running attempt, as a staged write that becomes part of one commit
 * when the attempt succeeds. The table and its schema are made when they are not there.
 */
export async function writeTable(ctx: Ctx, input: WriteTableInput): Promise<WriteTableAnswer> {
  const name = parseTableName(input.table)
  const { attemptId } = ctx.principal
  const staged = attemptId !== undefined && input.stage !== false ? attemptId : undefined
  const entry = await ensureEntry(ctx, name)
  if (staged !== undefined && input.requestId !== undefined) {
    const [known] = await listStages(ctx.db, { attemptId: staged, requestId: input.requestId })
    if (known) return { table: name.full, version: null, rows: known.rows, skipped: false }
  }
  const file = await writeRows(ctx, entry, {
    source: input.source,
    target: await targetSchema(ctx, entry, { mode: input.mode, staged }),
    keys: input.mode === WriteMode.Merge ? (input.keys ?? []) : undefined,
  })
  try {
    if (staged === undefined) return await commitFile(ctx, { ...input, entry, file })
    return await stageFile(ctx, { ...input, entry, file, attemptId: staged })
  } catch (error) {
    await deleteFiles(entry.location, [file.add])
    throw error
  }
}

async function ensureEntry(ctx: Ctx, name: TableName): Promise<CatalogEntry> {
  const known = await findReservedEntry(ctx.db, name)
  if (known) return known
  await createSchema(ctx, { name: name.schema, ifNotExists: true })
  return registerTable(ctx, { name })
}

interface TargetInput {
  readonly mode: WriteMode
  readonly staged: string | undefined
}

/** The columns that rows must fit; undefined where the rows decide. */
async function targetSchema(
  ctx: Ctx,
  entry: CatalogEntry,
  { mode, staged }: TargetInput,
): Promise<StructType | undefined> {
  const snapshot = await logAt(ctx, entry.location).update()
  if (snapshot.metadata) {
    await openTable(ctx, entry)
    assertWritable(entry.name.full, snapshot.protocol, snapshot.metadata)
  }
  if (mode === WriteMode.Overwrite) return undefined
  if ((snapshot.metadata?.partitionColumns.length ?? 0) > 0) {
    throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED('Writing to a partitioned table')
  }
  const before =
    staged === undefined
      ? []
      : await listStages(ctx.db, { attemptId: staged, table: entry.name.full })
  return before.at(-1)?.schema ?? (snapshot.metadata ? snapshot.schema : undefined)
}

interface WrittenFile extends Omit<WriteTableInput, 'source'> {
  readonly entry: CatalogEntry
  readonly file: FittedFile
}

async function commitFile(ctx: Ctx, input: WrittenFile): Promise<WriteTableAnswer> {
  const { entry, file, mode, properties, requestId } = input
  const txn = input.txn ?? (requestId === undefined ? undefined : requestTxn(requestId))
  const done = await commitWrites(ctx, {
    entry,
    writes: [
      {
        mode,
        keys: input.keys ?? [],
        add: file.add,
        rows: file.rows,
        schema: file.schema,
        ...(properties ? { properties } : {}),
      },
    ],
    ...(txn ? { txn } : {}),
  })
  if (done.repeated) await deleteFiles(entry.location, [file.add])
  return {
    table: entry.name.full,
    version: done.version ?? null,
    rows: done.repeated ? 0 : file.rows,
    skipped: done.repeated,
  }
}

/** A single call as a transaction of the table. */
export function requestTxn(requestId: string): { appId: string; version: number } {
  return { appId: `request/${requestId}`, version: 1 }
}

async function stageFile(
  ctx: Ctx,
  input: WrittenFile & { readonly attemptId: string },
): Promise<WriteTableAnswer> {
  const { entry, file, attemptId, requestId } = input
  const now = ctx.now()
  await insertStage(ctx.db, {
    id: newId(now.getTime()),
    attemptId,
    table: entry.name.full,
    mode: input.mode,
    keys: input.keys ?? [],
    location: entry.location,
    add: file.add,
    schema: file.schema,
    properties: input.properties ?? {},
    rows: file.rows,
    requestId,
    principal: ctx.principal.name,
    createdAt: now,
  })
  return { table: entry.name.full, version: null, rows: file.rows, skipped: false }
}
