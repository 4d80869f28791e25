/**
 * Gathers the rows of concurrent requests into one call of the model.
 *
 *   idle → (submit) gathering → (end of this turn of the event loop) running → idle, or gathering again
 *
 * Nothing waits for a timer: a batch is what has arrived while the previous one ran, so a lone
 * request costs one turn and fifty concurrent ones cost one call. When a call fails, each request
 * of the batch is tried alone, so one bad row fails its own request only.
 */
import type { Row } from './input-plan.ts'

export interface BatcherOptions {
  /** Answers one entry per row. */
  readonly run: (rows: readonly Row[]) => Promise<readonly unknown[]>
  /** Calls at the same time. @default 1 */
  readonly concurrency?: number
  /** Most rows in a shared call; a larger request goes alone. @default 1024 */
  readonly maxRows?: number
}

interface Waiting {
  readonly rows: readonly Row[]
  readonly resolve: (answers: readonly unknown[]) => void
  readonly reject: (error: unknown) => void
}

export class Batcher implements AsyncDisposable {
  readonly #run: BatcherOptions['run']
  readonly #concurrency: number
  readonly #maxRows: number
  #queue: Waiting[] = []
  #running = 0
  #scheduled = false
  #whenIdle: (() => void)[] = []

  constructor(options: BatcherOptions) {
    this.#run = options.run
    this.#concurrency = options.concurrency ?? 1
    this.#maxRows = options.maxRows ?? 1024
  }

  submit(rows: readonly Row[]): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ rows, resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves when everything submitted so far has been answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running === 0 && this.#queue.length === 0) return
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
  }

  #schedule(): void {
    if (this.#scheduled || this.#running >= this.#concurrency) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#running < this.#concurrency && this.#queue.length > 0) void this.#runNext()
    })
  }

  async #runNext(): Promise<void> {
    this.#running += 1
    const batch = this.#take()
    const [only] = batch
    try {
      if (only && batch.length === 1) await this.#runAlone(only)
      else await this.#runTogether(batch)
    } finally {
      this.#running -= 1
      if (this.#queue.length > 0) this.#schedule()
      else if (this.#running === 0) for (const resolve of this.#whenIdle.splice(0)) resolve()
    }
  }

  #take(): Waiting[] {
    let rows = 0
    let count = 0
    for (const waiting of this.#queue) {
      if (count > 0 && rows + waiting.rows.length > this.#maxRows) break
      rows += waiting.rows.length
      count += 1
    }
    if (count === this.#queue.length) {
      const all = this.#queue
      this.#queue = []
      return all
    }
    return this.#queue.splice(0, count)
  }

  async #runTogether(batch: readonly Waiting[]): Promise<void> {
    const rows: Row[] = []
    for (const waiting of batch) for (const row of waiting.rows) rows.push(row)
    let answers: readonly unknown[]
    try {
      answers = await this.#run(rows)
    } catch {
      for (const waiting of batch) await this.#runAlone(waiting)
      return
    }
    let start = 0
    for (const waiting of batch) {
      const end = start + waiting.rows.length
      waiting.resolve(answers.slice(start, end))
      start = end
    }
  }

  async #runAlone(waiting: Waiting): Promise<void> {
    try {
      waiting.resolve(await this.#run(waiting.rows))
    } catch (error) {
      waiting.reject(error)
    }
  }
}
