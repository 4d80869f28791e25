/**
 * Keeps recorded requests until they are written to an inference table in batches.
 *
 *   quiet → (add) holding → (5 s, or 5,000 records) writing → quiet, or holding what came meanwhile
 *                              └→ the write failed: the records wait for the next try
 *
 * Adding never waits. What was added is in a file before the request is answered, so that a killed
 * process loses none and the next writes each once (`recording-spool`). When `capacity` records are
 * held because the table cannot keep up, further ones are not kept; `dropped` counts them, and the
 * endpoint's metrics show it.
 */
import type { Ctx } from '../core/index.ts'
import { Segment } from './recording-spool.ts'

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
  /** Added in this turn, and not in a file yet. */
  #fresh: Held[] = []
  #open: Segment | undefined
  #closed: Segment[] = []
  #held = 0
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
    return { held: this.#held, dropped: this.#dropped, written: this.#written }
  }

  add(record: Recorded): void {
    if (this.#held >= this.#capacity) {
      this.#drop('its table cannot keep up', 1)
      return
    }
    this.#held += 1
    // Requests that were scored together go into the file together, before any is answered.
    if (this.#fresh.length === 0) queueMicrotask(() => this.#spool())
    this.#fresh.push({ ...record, at: this.#ctx.now() })
  }

  #drop(why: string, records: number, error?: unknown): void {
    if (this.#dropped === 0) {
      this.#ctx.log.error({ table: this.table, err: error }, `traffic is not recorded: ${why}`)
    }
    this.#dropped += records
  }

  #spool(): void {
    const fresh = this.#fresh
    this.#fresh = []
    if (fresh.length === 0) return
    try {
      this.#open ??= new Segment(this.#ctx, { table: this.table, columns })
      this.#open.add(fresh.flatMap(toRows), fresh.length)
    } catch (error) {
      this.#held -= fresh.length
      this.#drop('its file cannot be written', fresh.length, error)
      return
    }
    if (this.#open.records >= flushAtRecords) this.#flushSoon(0)
    else this.#timer ??= setTimeout(() => this.#flushSoon(0), flushAfterMs)
  }

  /** Writes everything that is held now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#spool()
    while (this.#open || this.#closed.length > 0 || this.#writing) {
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined))
      await this.#writing
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush().catch((error: unknown) => {
      const held = this.#held
      this.#ctx.log.error(
        { err: error, table: this.table, held },
        'traffic waits for the next start',
      )
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
    if (this.#open) {
      this.#open.close()
      this.#closed.push(this.#open)
      this.#open = undefined
    }
    const [segment] = this.#closed
    if (!segment) return
    await segment.write()
    this.#closed = this.#closed.slice(1)
    this.#held -= segment.records
    this.#written += segment.records
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
