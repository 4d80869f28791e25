import { newId, type Ctx } from '../core/index.ts'
import { createSchema, openTable, registerTable } from './catalog-service.ts'
import { findReservedEntry, type CatalogEntry } from './catalog-store.ts'
import { commitWrites, type RowsWrite } from './commit-service.ts'
import type { Txn } from './delta/actions.ts'
import { assertWritable } from './delta/protocol.ts'
import { findTxn } from './delta/txn-search.ts'
import { deleteDataFiles } from './duck/data-file.ts'
import { rowsOf } from './operations/append.ts'
import type { PlanWithFiles } from './operations/merge.ts'
import type { Snapshot } from './delta/snapshot.ts'
import { appendQuickly } from './quick/quick-append.ts'
import { logAt } from './room.ts'
import { findStaged, settleStaged } from './staged-reads.ts'
import { writeRows, type RowShape, type WriteSource } from './row-writer.ts'
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
  readonly comment?: string
  readonly partitionColumns?: readonly string[]
  /** Names the call, so that sending it again does not write again. */
  readonly requestId?: string
  /**
   * Whether the rows wait for the attempt to succeed.
   * @default true when an attempt calls
   */
  readonly stage?: boolean
  /** An overwrite keeps the table's columns instead of taking the rows'. @default false */
  readonly keepSchema?: boolean
  /** Names for the source's columns, by place. */
  readonly columns?: readonly string[]
  /** Converts texts and rounds, as an INSERT of literals needs. @default false */
  readonly isLenient?: boolean
}

export interface WriteTableAnswer {
  readonly table: string
  /** The version that holds the rows; null when they are staged, or the log has forgotten it. */
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
  const entry = await reserveTable(ctx, name)
  const attemptId = stagingAttempt(ctx, input)
  const known = await findRepeated(ctx, { attemptId, requestId: input.requestId })
  if (known) return { table: name.full, version: null, rows: known.rows, skipped: false }
  const quick = await writeQuickly(ctx, entry, { ...input, attemptId })
  if (quick) return quick
  const files = await writeRows(ctx, entry, {
    source: input.source,
    shape: await shapeFor(ctx, entry, { ...input, attemptId }),
    keys: input.mode === WriteMode.Merge ? (input.keys ?? []) : undefined,
    columns: input.columns,
    isLenient: input.isLenient,
  })
  const { mode, keys = [], properties, comment } = input
  const write: RowsWrite = {
    mode,
    keys,
    ...files,
    ...(properties ? { properties } : {}),
    ...(comment === undefined ? {} : { comment }),
  }
  return finishWrite(ctx, { entry, write, attemptId, request: input })
}

/** A small plain append shares a commit with others; undefined for any other write. */
async function writeQuickly(
  ctx: Ctx,
  entry: CatalogEntry,
  input: WriteTableInput & { readonly attemptId: string | undefined },
): Promise<WriteTableAnswer | undefined> {
  const { mode, attemptId, partitionColumns = [], source, columns, isLenient } = input
  if (mode !== WriteMode.Append || attemptId !== undefined || partitionColumns.length > 0) {
    return undefined
  }
  const txn = txnOf(input)
  const done = await appendQuickly(ctx, entry, {
    source,
    txn,
    ...(columns ? { columns } : {}),
    ...(isLenient ? { isLenient } : {}),
  })
  if (!done) return undefined
  const table = entry.name.full
  if (!done.repeated) return { table, version: done.version, rows: done.rows, skipped: false }
  const log = logAt(ctx, entry.location)
  const earlier = txn && (await findTxn(log, await log.update(), txn))
  return { table, version: earlier?.version ?? null, rows: 0, skipped: true }
}

/** The attempt that the caller's rows wait for; undefined when they are committed at once. */
export function stagingAttempt(ctx: Ctx, input: { readonly stage?: boolean }): string | undefined {
  return input.stage === false ? undefined : ctx.principal.attemptId
}

async function findRepeated(
  ctx: Ctx,
  call: { readonly attemptId: string | undefined; readonly requestId: string | undefined },
): Promise<{ rows: number } | undefined> {
  const { attemptId, requestId } = call
  if (attemptId === undefined || requestId === undefined) return undefined
  const [known] = await listStages(ctx.db, { attemptId, requestId })
  return known
}

/** The entry of a table that is there or about to be. */
export async function reserveTable(ctx: Ctx, name: TableName): Promise<CatalogEntry> {
  const known = await findReservedEntry(ctx.db, name)
  if (known) return known
  await createSchema(ctx, { name: name.schema, ifNotExists: true })
  return registerTable(ctx, { name })
}

interface ShapeInput {
  readonly mode: WriteMode
  readonly attemptId: string | undefined
  readonly keepSchema?: boolean
  readonly partitionColumns?: readonly string[]
}

async function stagedSnapshot(
  ctx: Ctx,
  entry: CatalogEntry,
  committed: Snapshot,
): Promise<Snapshot> {
  const staged = await findStaged(ctx, entry.name)
  return staged?.snapshot ?? committed
}

async function shapeFor(ctx: Ctx, entry: CatalogEntry, input: ShapeInput): Promise<RowShape> {
  const snapshot = await logAt(ctx, entry.location).update()
  if (snapshot.metadata) {
    await openTable(ctx, entry)
    assertWritable(entry.name.full, snapshot.protocol, snapshot.metadata)
  }
  const { attemptId, partitionColumns } = input
  const { schema, metadata } =
    attemptId === undefined ? snapshot : await stagedSnapshot(ctx, entry, snapshot)
  const there = metadata && { schema, partitionColumns: metadata.partitionColumns }
  const replaces = input.mode === WriteMode.Overwrite && !input.keepSchema
  if (!there || replaces) {
    return { schema: undefined, partitionColumns: partitionColumns ?? [] }
  }
  return there
}

export interface FinishWriteInput {
  readonly entry: CatalogEntry
  readonly write: RowsWrite
  readonly attemptId: string | undefined
  readonly request: Pick<WriteTableInput, 'txn' | 'requestId'>
}

/** Commits or stages written rows; where neither works their files are deleted. */
export async function finishWrite(ctx: Ctx, input: FinishWriteInput): Promise<WriteTableAnswer> {
  const { entry, write, attemptId } = input
  if (attemptId === undefined) return commitRows(ctx, input)
  try {
    return await stageRows(ctx, { ...input, attemptId })
  } catch (error) {
    await deleteDataFiles(entry.location, write.adds)
    throw error
  }
}

async function commitRows(ctx: Ctx, input: FinishWriteInput): Promise<WriteTableAnswer> {
  const { entry, write } = input
  const txn = txnOf(input.request)
  const done = await commitWrites(ctx, {
    entry,
    writes: [write],
    ...(txn ? { txn } : {}),
    ownsFiles: true,
  })
  const log = logAt(ctx, entry.location)
  const earlier = done.repeated && txn ? await findTxn(log, done.snapshot, txn) : undefined
  return {
    table: entry.name.full,
    version: earlier?.version ?? done.version ?? null,
    rows: done.repeated ? 0 : rowsOf(write.adds),
    skipped: done.repeated,
  }
}

function txnOf({ txn, requestId }: Pick<WriteTableInput, 'txn' | 'requestId'>): Txn | undefined {
  return txn ?? (requestId === undefined ? undefined : requestTxn(requestId))
}

/** A single call as a transaction of the table. */
export function requestTxn(requestId: string): { appId: string; version: number } {
  return { appId: `request/${requestId}`, version: 1 }
}

async function stageRows(
  ctx: Ctx,
  input: FinishWriteInput & { readonly attemptId: string },
): Promise<WriteTableAnswer> {
  const { entry, write, attemptId, request } = input
  const now = ctx.now()
  const rows = rowsOf(write.adds)
  const isNew = await insertStage(ctx.db, {
    id: newId(now.getTime()),
    attemptId,
    table: entry.name.full,
    location: entry.location,
    write,
    rows,
    requestId: request.requestId,
    principal: ctx.principal.name,
    createdAt: now,
  })
  // The same call at the same time was first.
  if (!isNew) await deleteDataFiles(entry.location, write.adds)
  return { table: entry.name.full, version: null, rows, skipped: false }
}

export interface StageChangeInput {
  readonly entry: CatalogEntry
  readonly attemptId: string
  readonly plan: PlanWithFiles
}

/** Stages a change that was worked out on what the attempt sees. */
export async function stageChange(ctx: Ctx, input: StageChangeInput): Promise<void> {
  const { entry, attemptId, plan } = input
  await settleStaged(ctx, entry, attemptId)
  const now = ctx.now()
  await insertStage(ctx.db, {
    id: newId(now.getTime()),
    attemptId,
    table: entry.name.full,
    location: entry.location,
    write: { change: plan.plan, adds: plan.made },
    rows: rowsOf(plan.made),
    requestId: undefined,
    principal: ctx.principal.name,
    createdAt: now,
  })
}
