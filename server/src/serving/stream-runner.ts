/**
 * Scores the rows of every commit of a table once.
 *
 *   asleep ─(a commit is announced, resumed, started)→ looking ─(nothing new)→ asleep
 *                                                         └─(version v)→ scoring → written → cursor = v
 *   scoring or writing failed: the reason is kept, the same version again after a while
 *
 * The output's commit carries txn (`stream/<name>/<made at>`, v), so that version v is written once
 * whatever happens between the write and the cursor. Commits are taken one by one, in order.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { inTransaction, newId, systemPrincipal, type Ctx } from '../core/index.ts'
import { changesBetween, getTable, mapParquet, writeTable } from '../tables/index.ts'
import { resolveModel } from './model-uri.ts'
import { recordScored, scratchFolder } from './scoring-service.ts'
import { findStream, updateProgress, updateStreamError, type Stream } from './stream-store.ts'
import { withScorer, type TableColumn } from './table-scorer.ts'

const maxBackoffMs = 30_000

/** Columns that a stream adds beside prediction and probability. */
export const streamStamps: readonly TableColumn[] = [
  { name: 'model_name', type: 'string' },
  { name: 'model_version', type: 'int' },
  { name: 'source_version', type: 'bigint' },
  { name: 'scored_at', type: 'timestamp' },
]

export class StreamRunner implements AsyncDisposable {
  readonly #ctx: Ctx
  readonly #name: string
  readonly #stop = new AbortController()
  readonly #finished: Promise<void>
  #wake = Promise.withResolvers<void>()

  constructor(ctx: Ctx, name: string) {
    this.#ctx = { ...ctx, principal: systemPrincipal, db: ctx.database.db }
    this.#name = name
    this.#finished = this.#run()
  }

  /** There may be something to do. */
  wake(): void {
    this.#wake.resolve()
  }

  /** Stops after the commit in hand. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.wake()
    await this.#finished
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    let failures = 0
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers<void>()
      try {
        while (!signal.aborted && (await scoreNextVersion(this.#ctx, this.#name))) failures = 0
        if (!signal.aborted) await this.#wake.promise
      } catch (error) {
        failures += 1
        const { message } = error as Error
        this.#ctx.log.warn({ err: error, stream: this.#name }, 'a commit could not be scored')
        await updateStreamError(this.#ctx.db, this.#name, message).catch(() => {})
        const backoffMs = Math.min(maxBackoffMs, 200 * 2 ** failures)
        await Promise.race([
          delay(backoffMs, undefined, { signal }).catch(() => {}),
          this.#wake.promise,
        ])
      }
    }
  }
}

/** Scores one more version; false when there is none. */
async function scoreNextVersion(ctx: Ctx, name: string): Promise<boolean> {
  const stream = await findStream(ctx.db, name)
  if (!stream || stream.isPaused) return false
  const table = await getTable(ctx, stream.sourceTable)
  if (stream.cursor >= table.version) {
    if (stream.error !== '') await updateStreamError(ctx.db, name, '')
    return false
  }
  const version = stream.cursor + 1
  const folder = await scratchFolder(ctx)
  const changes = join(folder, `${newId()}.parquet`)
  try {
    const { rows } = await changesBetween(ctx, {
      table: stream.sourceTable,
      fromVersion: stream.cursor,
      toVersion: version,
      path: changes,
    })
    if (rows > 0) await scoreChanges(ctx, stream, { version, changes, columns: table.columns })
    else await updateProgress(ctx.db, stream, { cursor: version, rows: 0, at: ctx.now() })
    return true
  } finally {
    await rm(changes, { force: true })
  }
}

interface ChangedRows {
  readonly version: number
  /** A Parquet file. */
  readonly changes: string
  readonly columns: readonly TableColumn[]
}

async function scoreChanges(ctx: Ctx, stream: Stream, changed: ChangedRows): Promise<void> {
  const { version, changes, columns } = changed
  const model = await resolveModel(ctx, stream.model)
  const scored = `${changes}.scored`
  const source = `table ${stream.sourceTable}`
  try {
    await withScorer(ctx, { model, columns, source }, async (scorer) => {
      const stamp = [model.name, model.version, version, ctx.now().toISOString()]
      const rows = await mapParquet(ctx, {
        parquet: changes,
        path: scored,
        columns: scorer.columns,
        added: [...scorer.added, ...streamStamps],
        kept: stream.columns.length > 0 ? stream.columns : columns.map((column) => column.name),
        map: async (batch) => (await scorer.score(batch)).map((cells) => [...cells, ...stamp]),
      })
      const written = await writeTable(ctx, {
        table: stream.outputTable,
        mode: 'append',
        source: { parquet: scored },
        txn: { appId: writerOf(stream), version },
      })
      await inTransaction(ctx, async (tx) => {
        await updateProgress(tx.db, stream, { cursor: version, rows, at: tx.now() })
        await recordScored(
          tx,
          {
            id: `${writerOf(stream)}/${version}`,
            model,
            inputTable: stream.sourceTable,
            inputVersion: version,
            outputTable: written.table,
            rows,
            attemptId: undefined,
          },
          written.version ?? 0,
        )
      })
    })
  } finally {
    await rm(scored, { force: true })
  }
}

// With the time it was made: a stream made again under the name of a deleted one starts anew.
function writerOf(stream: Stream): string {
  return `stream/${stream.name}/${stream.createdAt.getTime()}`
}
