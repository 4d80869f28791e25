import { appendAudit } from '../auth/index.ts'
import { inTransaction, type Ctx } from '../core/index.ts'
import { getTable } from '../tables/index.ts'
import { servingErrors } from './errors.ts'
import { resolveModel } from './model-uri.ts'
import { roomOf } from './room.ts'
import { refuseClash } from './scoring-service.ts'
import { StreamRunner, streamStamps } from './stream-runner.ts'
import {
  deleteStreamRow,
  findStream,
  insertStream,
  listStreamRows,
  updatePaused,
  type Stream,
} from './stream-store.ts'
import { withScorer } from './table-scorer.ts'

export interface CreateStreamInput {
  readonly name: string
  readonly model: string
  readonly sourceTable: string
  readonly outputTable: string
  readonly columns: readonly string[]
  /** The first version to score. @default the next one */
  readonly fromVersion?: number
}

/** Starts to score what is committed to a table. The same stream again is the one that runs. */
export async function createStream(ctx: Ctx, input: CreateStreamInput): Promise<Stream> {
  const table = await getTable(ctx, input.sourceTable)
  const known = await findStream(ctx.db, input.name)
  if (known) return requireSame(known, input, table.name)
  const found = table.columns.map((column) => column.name)
  const unknown = input.columns.filter((name) => !found.includes(name))
  if (unknown.length > 0) {
    throw servingErrors.SERVING_SOURCE_INVALID(
      `columns [${unknown.join(', ')}] are not in ${table.name}; it has [${found.join(', ')}]`,
    )
  }
  const kept = table.columns.filter(
    ({ name }) => input.columns.length === 0 || input.columns.includes(name),
  )
  const model = await resolveModel(ctx, input.model)
  const asked = { model, columns: table.columns, source: `table ${table.name}` }
  await withScorer(ctx, asked, async ({ added }) =>
    refuseClash(kept, [...added, ...streamStamps], `Table ${table.name}`),
  )
  const now = ctx.now()
  const stream: Stream = {
    name: input.name,
    model: input.model,
    sourceTable: table.name,
    outputTable: input.outputTable,
    columns: input.columns,
    cursor: input.fromVersion === undefined ? table.version : input.fromVersion - 1,
    isPaused: false,
    rowsScored: 0,
    error: '',
    creator: ctx.principal.name,
    createdAt: now,
    updatedAt: now,
  }
  await inTransaction(ctx, async (tx) => {
    await insertStream(tx.db, stream)
    const data = { model: input.model, source: table.name, output: input.outputTable }
    await appendAudit(tx, { action: 'serving.stream_created', subject: subjectOf(stream), data })
  })
  runStream(ctx, stream.name)
  return stream
}

function requireSame(known: Stream, input: CreateStreamInput, source: string): Stream {
  const isSame =
    known.model === input.model &&
    known.sourceTable === source &&
    known.outputTable === input.outputTable &&
    JSON.stringify(known.columns) === JSON.stringify(input.columns)
  if (!isSame) throw servingErrors.SERVING_STREAM_EXISTS(input.name)
  return known
}

export async function getStream(ctx: Ctx, name: string): Promise<Stream> {
  const stream = await findStream(ctx.db, name)
  if (!stream) throw servingErrors.SERVING_STREAM_NOT_FOUND(name)
  return stream
}

/** How far the source is ahead, in commits; undefined when the source is gone. */
export async function findSourceVersion(ctx: Ctx, stream: Stream): Promise<number | undefined> {
  return getTable(ctx, stream.sourceTable).then(
    (table) => table.version,
    () => undefined,
  )
}

/** A paused stream keeps its place; resumed, it catches up. */
export async function setPaused(ctx: Ctx, name: string, isPaused: boolean): Promise<Stream> {
  await inTransaction(ctx, async (tx) => {
    const stream = await getStream(tx, name)
    await updatePaused(tx.db, name, isPaused)
    const action = isPaused ? 'serving.stream_paused' : 'serving.stream_resumed'
    await appendAudit(tx, { action, subject: subjectOf(stream), data: {} })
  })
  roomOf(ctx).streams.get(name)?.wake()
  return getStream(ctx, name)
}

/** Ends a stream; its output table stays. */
export async function deleteStream(ctx: Ctx, name: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const stream = await getStream(tx, name)
    await deleteStreamRow(tx.db, name)
    const data = { cursor: stream.cursor }
    await appendAudit(tx, { action: 'serving.stream_deleted', subject: subjectOf(stream), data })
  })
  const { streams } = roomOf(ctx)
  const runner = streams.get(name)
  streams.delete(name)
  await runner?.[Symbol.asyncDispose]()
}

/** Goes on with every stream, where the server begins. */
export async function startStreams(ctx: Ctx): Promise<void> {
  for (const { name } of await listStreamRows(ctx.db)) runStream(ctx, name)
}

function runStream(ctx: Ctx, name: string): void {
  const { streams } = roomOf(ctx)
  if (!streams.has(name)) streams.set(name, new StreamRunner(ctx, name))
}

function subjectOf(stream: Stream): string {
  return `stream:${stream.name}`
}
