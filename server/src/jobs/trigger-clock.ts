import { inTransaction, type Ctx } from '../core/index.ts'
import { Throttle } from './throttle.ts'
import { runDueTriggers } from './trigger-service.ts'
import { earliestDue } from './trigger-store.ts'

const maxTimerMs = 2 ** 31 - 1
const retryMs = 5_000
/** On Postgres another server may have changed a trigger. */
const pollMs = 10_000
/** Commits come in crowds; the timer, not they, makes a trigger punctual. */
const everyMs = 100

/**
 * Fires triggers when their time comes.
 *
 *   asleep ──(a commit here, or the timer at the earliest due time)──▶ looking ──▶ asleep
 *
 * The database holds the times, so a restart forgets none.
 */
export class TriggerClock implements AsyncDisposable {
  readonly #ctx: Ctx
  readonly #throttle = new Throttle(() => this.look(), everyMs)
  readonly #off: () => void
  readonly #poll: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #again = false
  #stopped = false

  constructor(ctx: Ctx) {
    this.#ctx = ctx
    this.#off = ctx.events.onWake(() => this.#throttle.call())
    if (ctx.database.dialect === 'postgres') this.#poll = setInterval(() => this.look(), pollMs)
    this.look()
  }

  /** Looks now, or once more when it is looking. */
  look(): void {
    if (this.#stopped) return
    this.#again = true
    this.#looking ??= this.#run().finally(() => {
      this.#looking = undefined
      if (this.#again) this.look()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true
    this.#again = false
    this.#off()
    this.#throttle[Symbol.dispose]()
    clearInterval(this.#poll)
    await this.#looking
    clearTimeout(this.#timer)
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false
      try {
        await this.#fireDue()
      } catch (error) {
        this.#ctx.log.error({ err: error }, 'triggers could not be looked at')
        this.#setTimer(retryMs)
      }
    }
  }

  async #fireDue(): Promise<void> {
    for (;;) {
      const due = await earliestDue(this.#ctx.db)
      const waitMs = due === undefined ? undefined : due - this.#ctx.now().getTime()
      if (waitMs === undefined || waitMs > 0) {
        this.#setTimer(waitMs)
        return
      }
      if ((await inTransaction(this.#ctx, runDueTriggers)) === 0) return
    }
  }

  #setTimer(waitMs: number | undefined): void {
    clearTimeout(this.#timer)
    if (waitMs === undefined || this.#stopped) return
    this.#timer = setTimeout(() => this.look(), Math.min(waitMs, maxTimerMs))
  }
}
