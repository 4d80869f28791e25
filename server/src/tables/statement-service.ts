/**
 * Statements of the SQL API.
 *
 *   PENDING → RUNNING → SUCCEEDED | FAILED | CANCELED → (an hour later, or pushed out) CLOSED
 *
 * The caller waits up to its timeout and then either comes back for the answer or has the statement
 * cancelled. Answers are cut into chunks; all but the first lie in the scratch folder.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, newId, type Ctx } from '../core/index.ts'
import { tablesErrors } from './errors.ts'
import { toStorageError } from './storage-error.ts'
import { roomOf } from './room.ts'
import {
  StatementState,
  type StatementChunk,
  type StatementRecord,
  type TextRow,
} from './statement-record.ts'
import { runStatement, type RowSink } from './statement-runner.ts'
import type { StatementParameter } from './parameters.ts'

export interface StatementInput {
  readonly sql: string
  readonly parameters?: readonly StatementParameter[]
  readonly schema?: string
  readonly rowLimit?: number
  readonly byteLimit?: number
  /** How long the caller waits. 0 answers at once. @default 10000 */
  readonly waitMs?: number
  /** What happens when it has waited. @default 'continue' */
  readonly onTimeout?: 'continue' | 'cancel'
}

const keptMs = 3_600_000
const statementTimeoutMs = 3_600_000
const keptStatements = 200
const chunkBytes = 4 * 1024 * 1024
const inlineBytes = 25 * 1024 * 1024

/** Starts a statement and waits for it as long as the caller wants to. */
export async function executeStatement(ctx: Ctx, input: StatementInput): Promise<StatementRecord> {
  const { statements } = roomOf(ctx)
  const record: StatementRecord = {
    id: newId(),
    owner: ctx.principal.name,
    stop: new AbortController(),
    state: StatementState.Pending,
    error: undefined,
    columns: [],
    chunks: [],
    truncated: false,
    done: Promise.resolve(),
  }
  statements.set(record.id, record)
  if (statements.size > keptStatements) await forgetOldest(ctx)
  record.done = run(ctx, record, input)
  await waitFor(record, input.waitMs ?? 10_000)
  const isOver = record.state !== StatementState.Running && record.state !== StatementState.Pending
  if (!isOver && input.onTimeout === 'cancel') {
    record.stop.abort()
    await record.done
  }
  return record
}

async function waitFor(record: StatementRecord, waitMs: number): Promise<void> {
  const stop = new AbortController()
  const timer = delay(waitMs, undefined, { signal: stop.signal, ref: false }).catch(() => {})
  await Promise.race([record.done, timer])
  stop.abort()
}

async function run(ctx: Ctx, record: StatementRecord, input: StatementInput): Promise<void> {
  record.state = StatementState.Running
  const writer = chunkWriter(ctx, record, input)
  try {
    await runStatement(
      ctx,
      { sql: input.sql, sink: writer.sink },
      {
        signal: record.stop.signal,
        timeoutMs: statementTimeoutMs,
        ...(input.parameters ? { parameters: input.parameters } : {}),
        ...(input.schema === undefined ? {} : { schema: input.schema }),
      },
    )
    await writer.finish()
    record.state = StatementState.Succeeded
  } catch (error) {
    await dropChunks(record)
    record.state = record.stop.signal.aborted ? StatementState.Canceled : StatementState.Failed
    record.error = describe(ctx, error)
  }
  const timer = setTimeout(() => void forget(ctx, record), keptMs)
  timer.unref()
}

function describe(ctx: Ctx, thrown: unknown): { code: string; message: string } {
  const error = toStorageError(thrown)
  if (error instanceof AppError) return { code: error.wire, message: error.message }
  ctx.log.error({ err: error }, 'statement failed unexpectedly')
  return {
    code: 'INTERNAL_ERROR',
    message: 'The server failed to run the statement; its log has the cause',
  }
}

interface ChunkWriter {
  readonly sink: RowSink
  readonly finish: () => Promise<void>
}

function chunkWriter(ctx: Ctx, record: StatementRecord, limits: StatementInput): ChunkWriter {
  const { engine } = roomOf(ctx)
  const rowLimit = limits.rowLimit ?? Infinity
  const byteLimit = Math.min(limits.byteLimit ?? inlineBytes, inlineBytes)
  const writing: Promise<void>[] = []
  let rows: TextRow[] = []
  let bytes = 0
  let totalRows = 0
  let totalBytes = 0
  const cut = () => {
    const isFirst = record.chunks.length === 0
    const path = isFirst ? undefined : engine.scratchPath('rows')
    if (path !== undefined) writing.push(writeFile(path, JSON.stringify(rows)))
    record.chunks.push({
      rowOffset: totalRows - rows.length,
      rowCount: rows.length,
      byteCount: bytes,
      path,
      rows: isFirst ? rows : undefined,
    })
    rows = []
    bytes = 0
  }
  return {
    sink: {
      start: (columns) => {
        record.columns = columns
      },
      push: (row) => {
        const size = sizeOf(row)
        if (totalRows >= rowLimit || totalBytes + size > byteLimit) {
          record.truncated = true
          return false
        }
        if (bytes + size > chunkBytes && rows.length > 0) cut()
        rows.push(row)
        bytes += size
        totalRows++
        totalBytes += size
        return true
      },
    },
    finish: async () => {
      if (rows.length > 0) cut()
      await Promise.all(writing)
    },
  }
}

function sizeOf(row: TextRow): number {
  let size = 2
  for (const value of row) size += (value?.length ?? 4) + 3
  return size
}

export function getStatement(ctx: Ctx, id: string): StatementRecord {
  const found = roomOf(ctx).statements.get(id)
  if (found?.owner === ctx.principal.name && found) return found
  throw tablesErrors.TABLES_STATEMENT_NOT_FOUND(id)
}

/** The rows of one chunk of a statement that has succeeded. */
export async function readChunk(
  ctx: Ctx,
  id: string,
  index: number,
): Promise<{ record: StatementRecord; chunk: StatementChunk; rows: readonly TextRow[] }> {
  const record = getStatement(ctx, id)
  const chunk = record.chunks[index]
  if (record.state !== StatementState.Succeeded || !chunk) {
    throw tablesErrors.TABLES_STATEMENT_INVALID(
      `Statement ${id} is ${record.state} and has ${record.chunks.length} chunks; there is no chunk ${index}`,
    )
  }
  if (chunk.path === undefined) return { record, chunk, rows: chunk.rows ?? [] }
  const rows = JSON.parse(await readFile(chunk.path, 'utf8')) as TextRow[]
  return { record, chunk, rows }
}

/** Asks a running statement to stop; harmless when it is over. */
export function cancelStatement(ctx: Ctx, id: string): void {
  getStatement(ctx, id).stop.abort()
}

async function forgetOldest(ctx: Ctx): Promise<void> {
  for (const record of roomOf(ctx).statements.values()) {
    if (record.state === StatementState.Running) continue
    await forget(ctx, record)
    return
  }
}

async function forget(ctx: Ctx, record: StatementRecord): Promise<void> {
  roomOf(ctx).statements.delete(record.id)
  await dropChunks(record)
}

async function dropChunks(record: StatementRecord): Promise<void> {
  for (const { path } of record.chunks.splice(0)) {
    if (path !== undefined) await rm(path, { force: true })
  }
}

/** Stops everything that runs; for the end of the server. */
export async function stopStatements(ctx: Ctx): Promise<void> {
  const { statements } = roomOf(ctx)
  for (const record of statements.values()) record.stop.abort()
  await Promise.allSettled([...statements.values()].map((record) => record.done))
  statements.clear()
}
