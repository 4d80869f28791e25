/**
 * Keeps recorded requests in memory and writes them to an inference table in batches.
 *
 *   quiet → (add) holding → (5 s, or 5,000 records) writing → quiet, or holding what came meanwhile
 *                              └→ the write failed: the records wait for the next try
 *
 * Adding never waits. When `capacity` records are held because the table cannot keep up, further
 * ones are not kept; `dropped` counts them, and the endpoint's metrics show it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { newId, type Ctx } from '../core/index.ts'
import { writeTable } from '../tables/index.ts'

export interface Recorded {
  readonly requestId: string
  readonly clientRequestId: string | undefined
  readonly entity: string
  readonly model: string
  readonly version: number
  /** Rows that were scored; undefined for a request that never became rows. */
  readonly rows: readonly (readonly unknown[])[] | undefined
  readonly columns: readonly string[] | undefined
  /** The body as it came, where there are no rows. */
  readonly body: string | undefined
  readonly predictions: readonly unknown[] | undefined
  readonly error: string | undefined
  readonly status: number
  readonly latencyMs: number
}

interface Held extends Recorded {
  readonly at: Date
}

const flushAfterMs = 5_000
const flushAtRecords = 5_000
const writtenAtOnce = 5_000
const preparedAtOnce = 250

const columns = [
  { name: 'request_id', type: 'string' },
  { name: 'client_request_id', type: 'string' },
  { name: 'time', type: 'timestamp' },
  { name: 'served_entity', type: 'string' },
  { name: 'model_name', type: 'string' },
  { name: 'model_version', type: 'int' },
  { name: 'row', type: 'int' },
  { name: 'request', type: 'string' },
  { name: 'response', type: 'string' },
  { name: 'status_code', type: 'int' },
  { name: 'latency_ms', type: 'double' },
]

export interface RecorderOptions {
  /** Most records held in memory. @default 50_000 */
  readonly capacity?: number
}

export class Recorder implements AsyncDisposable {
  readonly table: string
  readonly #ctx: Ctx
  readonly #capacity: number
  #held: Held[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #dropped = 0
  #written = 0

  constructor(ctx: Ctx, table: string, { capacity = 50_000 }: RecorderOptions = {}) {
    this.#ctx = ctx
    this.#capacity = capacity
    this.table = table
  }

  get figures(): { readonly held: number; readonly dropped: number; readonly written: number } {
    return { held: this.#held.length, dropped: this.#dropped, written: this.#written }
  }

  add(record: Recorded): void {
    if (this.#held.length >= this.#capacity) {
      if (this.#dropped === 0) {
        const { table } = this
        this.#ctx.log.error({ table }, 'traffic is not recorded: its table cannot keep up')
      }
      this.#dropped += 1
      return
    }
    this.#held.push({ ...record, at: this.#ctx.now() })
    if (this.#held.length === flushAtRecords) this.#flushSoon(0)
    else this.#timer ??= setTimeout(() => this.#flushSoon(0), flushAfterMs)
  }

  /** Writes everything that is held now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#held.length > 0 || this.#writing) {
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined))
      await this.#writing
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush().catch((error: unknown) => {
      const lost = this.#held.length
      this.#ctx.log.error({ err: error, table: this.table, lost }, 'recorded traffic was lost')
    })
    clearTimeout(this.#timer)
  }

  #flushSoon(afterMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.flush().catch((error: unknown) => {
        this.#ctx.log.error({ err: error, table: this.table }, 'could not write recorded traffic')
        this.#flushSoon(flushAfterMs)
      })
    }, afterMs)
  }

  async #write(): Promise<void> {
    const batch = this.#held.slice(0, writtenAtOnce)
    const rows: unknown[][] = []
    // In slices, so that requests get their turn between them.
    for (let start = 0; start < batch.length; start += preparedAtOnce) {
      rows.push(...batch.slice(start, start + preparedAtOnce).flatMap(toRows))
      await nextTurn()
    }
    await writeTable(this.#ctx, {
      table: this.table,
      mode: 'append',
      source: { columns, rows },
      requestId: newId(),
    })
    this.#held = this.#held.slice(batch.length)
    this.#written += batch.length
  }
}

/** One row of the table for each row that was scored. */
function toRows(record: Held): unknown[][] {
  const head = [
    record.requestId,
    record.clientRequestId ?? null,
    record.at.toISOString(),
    record.entity,
    record.model,
    record.version,
  ]
  const tail = [record.status, record.latencyMs]
  const { rows, predictions } = record
  if (rows === undefined || predictions === undefined) {
    return [[...head, null, record.body ?? null, record.error ?? null, ...tail]]
  }
  return rows.map((row, i) => [
    ...head,
    i,
    JSON.stringify(namedCells(record.columns, row)),
    JSON.stringify(predictions[i] ?? null),
    ...tail,
  ])
}

function namedCells(names: readonly string[] | undefined, row: readonly unknown[]): unknown {
  return names ? Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])) : row
}
