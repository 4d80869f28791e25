/**
 * The loop that drives runs.
 *
 *   asleep ──(a commit, an attempt that ended, the timer)──▶ gathering ──▶ one transaction ──▶ effects ─┐
 *      ▲                                                         ▲───────(more to do)─────────────────┤
 *      └──────────────────────────────────────────────────────────────────(nothing to do)─────────────┘
 *
 * It sleeps without polling: what others change in a run sets the run's `dirty` mark in the same
 * commit, and every commit wakes it; the timer stands at the earliest deadline, retry or timeout.
 * On Postgres the commits of other servers wake it as well, and it looks every few seconds for what it was
 * not told and for the leases.
 *
 * Several runs move in one transaction, so that they share one sync. What a transaction decided is
 * kept in memory only after it is committed; when one fails its runs are read again.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as immediate } from 'node:timers/promises'
import { newId, type Ctx } from '../../core/index.ts'
import type { Attempt, Outcome, WorkSignals } from '../tasks/contract.ts'
import { taskTypes } from '../tasks/task-types.ts'
import { hasEnded, type StopReason } from '../types.ts'
import type { Delivery, Effect } from './advance.ts'
import { internalError } from './ends.ts'
import { leaseMs, listAbandoned, listDirty, releaseRuns, renewLeases } from './lease-store.ts'
import type { LiveRun } from './live-run.ts'
import { moveRuns, type Batch, type Moved } from './move.ts'
import { nextWake } from './plan.ts'

const runsPerTransaction = 100
const pollMs = 5_000
const maxTimerMs = 2 ** 31 - 1
const maxBackoffMs = 10_000

interface Working {
  readonly stop: AbortController
  readonly finished: Promise<void>
  readonly committed: Promise<void>
}

export class Engine implements AsyncDisposable {
  readonly #ctx: Ctx
  readonly #owner = newId()
  readonly #live = new Map<number, LiveRun>()
  /** Runs to look at although nothing was delivered to them. */
  readonly #due = new Set<number>()
  readonly #deliveries = new Map<number, Delivery[]>()
  readonly #starved = new Set<number>()
  readonly #working = new Map<number, Working>()
  readonly #detach = new AbortController()
  readonly #off: () => void
  readonly #poll: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  #scan = true
  #renewedAt = 0
  #looping: Promise<void> | undefined
  #again = false
  #failures = 0

  constructor(ctx: Ctx) {
    this.#ctx = ctx
    this.#off = ctx.events.onWake(() => this.#wake())
    if (ctx.database.dialect === 'postgres') {
      this.#poll = setInterval(() => this.#wake(), pollMs)
    }
  }

  /** Takes over every run that a server before this one left behind. */
  async start(): Promise<void> {
    for (const runId of await listAbandoned(this.#ctx, this.#owner)) this.#due.add(runId)
    this.#wake()
  }

  /** Stops planning; processes go on and are found again at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#off()
    clearInterval(this.#poll)
    clearTimeout(this.#timer)
    this.#detach.abort(new Error('The server is shutting down'))
    await this.#looping
    await Promise.all(this.#watched)
    await Promise.all([...this.#working.values()].map((working) => working.finished))
    await releaseRuns(this.#ctx, this.#owner)
  }

  #wake(): void {
    this.#scan = true
    this.#run()
  }

  #run(): void {
    if (this.#detach.signal.aborted) return
    this.#again = true
    this.#looping ??= this.#loop().finally(() => {
      this.#looping = undefined
      // Asked for after the loop had looked for the last time.
      if (this.#again) this.#run()
    })
  }

  async #loop(): Promise<void> {
    while (this.#again && !this.#detach.signal.aborted) {
      this.#again = false
      try {
        await this.#gather()
        await this.#moveAll()
        this.#failures = 0
      } catch (error) {
        this.#failures += 1
        this.#ctx.log.error({ err: error, failures: this.#failures }, 'the job engine failed')
        this.#live.clear()
        const backoffMs = Math.min(maxBackoffMs, 50 * 2 ** this.#failures)
        this.#setTimer(this.#ctx.now().getTime() + backoffMs)
        return
      }
      this.#setTimer(this.#nextWake())
    }
  }

  async #gather(): Promise<void> {
    if (this.#scan) {
      this.#scan = false
      for (const runId of await listDirty(this.#ctx, this.#owner)) {
        this.#live.delete(runId)
        this.#due.add(runId)
      }
      await this.#tendLeases()
    }
    const now = this.#ctx.now().getTime()
    for (const [runId, live] of this.#live) {
      const wake = nextWake(live.state)
      if (wake !== undefined && wake <= now) this.#due.add(runId)
    }
    if (this.#slots() > 0) for (const runId of this.#starved) this.#due.add(runId)
  }

  async #tendLeases(): Promise<void> {
    if (this.#ctx.database.dialect === 'sqlite') return
    const now = this.#ctx.now().getTime()
    if (now - this.#renewedAt < leaseMs / 3) return
    this.#renewedAt = now
    await renewLeases(this.#ctx, this.#owner)
    for (const runId of await listAbandoned(this.#ctx, this.#owner)) this.#due.add(runId)
  }

  #slots(): number {
    return this.#ctx.config.maxParallelTasks - this.#working.size
  }

  async #moveAll(): Promise<void> {
    while (this.#due.size + this.#deliveries.size > 0 && !this.#detach.signal.aborted) {
      const batch = [...new Set([...this.#deliveries.keys(), ...this.#due])].slice(
        0,
        runsPerTransaction,
      )
      const taken = new Map(batch.map((runId) => [runId, this.#deliveries.get(runId) ?? []]))
      for (const runId of batch) {
        this.#due.delete(runId)
        this.#deliveries.delete(runId)
      }
      await this.#moveBatch(taken).catch(() => this.#moveOneByOne(taken))
    }
  }

  /** So that a run that cannot be moved holds back no other. */
  async #moveOneByOne(batch: Batch): Promise<void> {
    const failed: { readonly runId: number; readonly error: unknown }[] = []
    for (const [runId, deliveries] of batch) {
      this.#live.delete(runId)
      try {
        await this.#moveBatch(new Map([[runId, deliveries]]))
      } catch (error) {
        failed.push({ runId, error })
      }
    }
    const [first] = failed
    if (!first) return
    for (const { runId } of failed) this.#putBack(runId, batch.get(runId) ?? [])
    throw first.error
  }

  #putBack(runId: number, deliveries: readonly Delivery[]): void {
    this.#live.delete(runId)
    this.#due.add(runId)
    if (deliveries.length === 0) return
    this.#deliveries.set(runId, [...deliveries, ...(this.#deliveries.get(runId) ?? [])])
  }

  async #moveBatch(batch: Batch): Promise<void> {
    const committed = Promise.withResolvers<void>()
    committed.promise.catch(() => {})
    try {
      const moved = await this.#commitBatch(batch, committed.promise)
      committed.resolve()
      this.#keep(batch, moved)
      // Processes are started first: whoever watches can look while they run.
      if (moved.length > 0) setImmediate(() => this.#ctx.events.wake())
    } catch (error) {
      committed.reject(error)
      await this.#forgetUncommitted(committed.promise)
      throw error
    }
  }

  /** Work prepares while the commit is synced; it goes on once `committed` resolves. */
  #commitBatch(batch: Batch, committed: Promise<void>): Promise<Moved[]> {
    let tried = false
    return this.#ctx.database.transaction(async (db) => {
      // What the first try prepared has to be forgotten before these runs are moved again.
      if (tried) throw new Error('The transaction was in the way of another')
      tried = true
      const moved = await moveRuns({ ...this.#ctx, db }, batch, {
        owner: this.#owner,
        live: this.#live,
        slots: this.#slots(),
        isAttended: (taskRunId) => this.#working.has(taskRunId),
      })
      this.#prepareLater(moved, committed)
      return moved
    })
  }

  #prepareLater(moved: readonly Moved[], committed: Promise<void>): void {
    const works = moved.flatMap(({ live, effects }) =>
      effects.flatMap((effect) =>
        effect.kind === 'work' ? [{ runId: live.run.runId, attempt: effect.attempt }] : [],
      ),
    )
    if (works.length === 0) return
    // After COMMIT was called, and outside of the transaction's context.
    this.#outside(() =>
      setImmediate(() => {
        for (const { runId, attempt } of works) this.#work(runId, attempt, committed)
      }),
    )
  }

  readonly #outside = AsyncLocalStorage.snapshot()

  /** What a failed transaction would have started never was; it is planned again. */
  async #forgetUncommitted(committed: Promise<void>): Promise<void> {
    // What was put off until after the commit has begun by then.
    await immediate()
    const prepared = [...this.#working.values()].filter((one) => one.committed === committed)
    for (const { stop } of prepared) stop.abort()
    await Promise.all(prepared.map((one) => one.finished))
  }

  #keep(batch: Batch, moved: readonly Moved[]): void {
    const found = new Set(moved.map(({ runId }) => runId))
    for (const runId of batch.keys()) {
      this.#starved.delete(runId)
      if (!found.has(runId)) this.#live.delete(runId)
    }
    for (const { runId, live, effects, starved } of moved) {
      if (hasEnded(live.state.lifeCycle)) this.#live.delete(runId)
      else this.#live.set(runId, live)
      if (starved) this.#starved.add(runId)
      for (const effect of effects) this.#perform(live, effect)
    }
  }

  #perform(live: LiveRun, effect: Effect): void {
    switch (effect.kind) {
      case 'work':
        this.#work(live.run.runId, effect.attempt, Promise.resolve())
        return
      case 'check':
        this.#watch(this.#check(effect.attempt))
        return
      case 'stop':
        this.#stop(effect.taskRunId, effect.reason)
    }
  }

  readonly #watched = new Set<Promise<void>>()

  #watch(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => {
        this.#ctx.log.error({ err: error }, 'a waiting task could not be checked')
      })
      .finally(() => this.#watched.delete(watched))
    this.#watched.add(watched)
  }

  #work(runId: number, attempt: Attempt, committed: Promise<void>): void {
    if (this.#working.has(attempt.taskRunId) || this.#detach.signal.aborted) return
    const stop = new AbortController()
    const signals = { committed, stop: stop.signal, detach: this.#detach.signal }
    const finished = this.#runToEnd(attempt, signals).then((outcome) => {
      this.#working.delete(attempt.taskRunId)
      if (!outcome || this.#detach.signal.aborted) return
      const delivery = { taskRunId: attempt.taskRunId, outcome }
      this.#deliveries.set(runId, [...(this.#deliveries.get(runId) ?? []), delivery])
      this.#run()
    })
    this.#working.set(attempt.taskRunId, { stop, finished, committed })
  }

  async #runToEnd(attempt: Attempt, signals: WorkSignals): Promise<Outcome | undefined> {
    const [type] = Object.entries(taskTypes).flatMap(([field, found]) =>
      field in attempt.task && found.how === 'work' ? [found] : [],
    )
    try {
      const outcome = await type?.run(this.#ctx, attempt, signals)
      await signals.committed
      return outcome
    } catch (error) {
      const started = await signals.committed.then(
        () => true,
        () => false,
      )
      if (!started || signals.detach.aborted) return undefined
      this.#ctx.log.error({ err: error, attempt: attempt.attemptId }, 'a task could not be run')
      return { end: internalError(`The task could not be run: ${(error as Error).message}`) }
    }
  }

  async #check(attempt: Attempt): Promise<void> {
    const type = attempt.task.approval_task && taskTypes.approval_task
    if (type?.how !== 'wait' || !type.check) return
    const end = await type.check(this.#ctx, attempt)
    if (!end) return
    const delivery = { taskRunId: attempt.taskRunId, outcome: { end } }
    const { runId } = attempt.run
    this.#deliveries.set(runId, [...(this.#deliveries.get(runId) ?? []), delivery])
    this.#run()
  }

  #stop(taskRunId: number, reason: StopReason): void {
    this.#working.get(taskRunId)?.stop.abort(reason)
  }

  #nextWake(): number | undefined {
    const times = [...this.#live.values()].flatMap((live) => nextWake(live.state) ?? [])
    return times.length === 0 ? undefined : Math.min(...times)
  }

  #setTimer(at: number | undefined): void {
    clearTimeout(this.#timer)
    if (at === undefined || this.#detach.signal.aborted) return
    const wait = Math.min(maxTimerMs, Math.max(0, at - this.#ctx.now().getTime()))
    this.#timer = setTimeout(() => this.#run(), wait)
  }
}
