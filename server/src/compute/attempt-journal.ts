/**
 * Writes what happened to attempts into the database, behind them.
 *
 *   idle → (note) waiting, at most `delayMs` → one transaction for all that is noted → idle
 *
 * The attempt folders are the truth and are there first; the table is the index over them, so a
 * step does not wait for it. A crash loses at most the last notes, and `startCompute` and `launch`
 * write them again.
 */
import { inTransaction, recordEdge, type Ctx, type Principal } from '../core/index.ts'
import { insertAttempt, updateAttemptEnded, type NewAttempt } from './attempt-store.ts'
import type { ExitReport } from './types.ts'

const delayMs = 250

type Note = (tx: Ctx) => Promise<void>

export class AttemptJournal implements AsyncDisposable {
  readonly #ctx: Ctx
  #notes: Note[] = []
  #flushing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(ctx: Ctx) {
    this.#ctx = ctx
  }

  started(attempt: NewAttempt & { readonly principal: Principal }): void {
    const { principal } = attempt
    this.#note(async (tx) => {
      await insertAttempt(tx, attempt)
      await recordEdge(
        { ...tx, principal },
        {
          kind: 'USED_ENVIRONMENT',
          from: `attempt:${attempt.attemptId}`,
          to: `env:${attempt.environment}`,
        },
      )
    })
  }

  ended(attemptId: string, report: ExitReport): void {
    this.#note((tx) => updateAttemptEnded(tx, attemptId, report))
  }

  /** Resolves when everything noted so far is in the database. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#flushing || this.#notes.length > 0) {
      this.#flushing ??= this.#write().finally(() => {
        this.#flushing = undefined
      })
      await this.#flushing
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush()
  }

  #note(note: Note): void {
    this.#notes.push(note)
    this.#timer ??= setTimeout(() => void this.flush(), delayMs)
  }

  async #write(): Promise<void> {
    const notes = this.#notes
    this.#notes = []
    try {
      await inTransaction(this.#ctx, async (tx) => {
        for (const note of notes) await note(tx)
      })
    } catch (error) {
      this.#ctx.log.error({ err: error, notes: notes.length }, 'attempts could not be recorded')
    }
  }
}
