/**
 * Long-lived Python processes that load a function once and answer calls.
 *
 *   starting ─(loaded)→ ready ─(process ends)→ waiting, longer each time ─→ starting
 *       └─(load fails)→ the first time: openWorker rejects; later: waiting
 *
 * A process that ends rejects the calls it had. Calls made while no process is ready wait for one.
 * They end with this server: a worker leaves when its connection closes.
 */
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { newHexId, type Ctx } from '../core/index.ts'
import { taskEnvironment } from './attempt-service.ts'
import { getEnvironment } from './environment-service.ts'
import { computeErrors } from './errors.ts'
import { socketFolder } from './fork-server.ts'
import { computeState } from './state.ts'
import type { ExitReport, Limits } from './types.ts'
import { WorkerChannel } from './worker-channel.ts'

export interface WorkerSpec {
  /** An environment's hash. */
  readonly environment: string
  readonly module: string
  /** Called once with `args`; returns the handler, which takes one payload and returns the answer. */
  readonly function: string
  /** An array is spread as positional arguments, an object as named ones. */
  readonly args?: unknown
  /** Where the process runs; on its module path. @default a folder of its own */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly limits?: Limits
  readonly preload?: readonly string[]
  /** Processes that share the calls. @default 1 */
  readonly processes?: number
  /** The handler takes a list of the payloads that came while it worked, and returns a list. @default false */
  readonly batch?: boolean
  /** How long loading may take. @default 120_000 */
  readonly startTimeoutMs?: number
}

export interface Worker extends AsyncDisposable {
  /** A Buffer arrives as bytes, anything else as JSON; the answer comes back likewise. */
  readonly call: (payload: unknown) => Promise<unknown>
  readonly close: () => Promise<void>
}

/** Starts the processes; resolves once all have loaded the function. */
export async function openWorker(ctx: Ctx, spec: WorkerSpec): Promise<Worker> {
  const pool = new WorkerPool(ctx, spec)
  try {
    await pool.open()
  } catch (error) {
    await pool.close()
    throw error
  }
  return {
    call: (payload) => pool.call(payload),
    close: () => pool.close(),
    [Symbol.asyncDispose]: () => pool.close(),
  }
}

const defaultStartTimeoutMs = 120_000
const firstRestartMs = 50
const lastRestartMs = 10_000

interface Waiter {
  readonly resolve: (channel: WorkerChannel) => void
  readonly reject: (error: Error) => void
}

class WorkerPool {
  readonly #ctx: Ctx
  readonly #spec: WorkerSpec
  readonly #name: string
  readonly #ready = new Set<WorkerChannel>()
  readonly #exits = new Set<Promise<unknown>>()
  readonly #waiters = new Set<Waiter>()
  readonly #restarts = new Set<NodeJS.Timeout>()
  #failures = 0
  #closed = false

  constructor(ctx: Ctx, spec: WorkerSpec) {
    this.#ctx = ctx
    this.#spec = spec
    this.#name = `${spec.module}.${spec.function}`
  }

  async open(): Promise<void> {
    const count = this.#spec.processes ?? 1
    await Promise.all(Array.from({ length: count }, () => this.#start()))
  }

  async call(payload: unknown): Promise<unknown> {
    const channel = this.#leastBusy() ?? (await this.#nextReady())
    return channel.call(payload)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#restarts) clearTimeout(timer)
    const error = computeErrors.COMPUTE_WORKER_CLOSED(this.#name)
    for (const waiter of this.#waiters) waiter.reject(error)
    this.#waiters.clear()
    for (const channel of this.#ready) channel.close()
    await Promise.all(this.#exits)
  }

  #leastBusy(): WorkerChannel | undefined {
    let best: WorkerChannel | undefined
    for (const channel of this.#ready) {
      if (!best || channel.pending < best.pending) best = channel
    }
    return best
  }

  #nextReady(): Promise<WorkerChannel> {
    if (this.#closed) return Promise.reject(computeErrors.COMPUTE_WORKER_CLOSED(this.#name))
    return new Promise((resolve, reject) => this.#waiters.add({ resolve, reject }))
  }

  async #start(): Promise<void> {
    const attemptId = `worker-${newHexId().slice(0, 12)}`
    const folder = join(this.#ctx.config.dataDir, 'workers', attemptId)
    const socket = join(await socketFolder(this.#ctx.config.dataDir), `${attemptId}.sock`)
    const ready = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<ExitReport>()
    this.#exits.add(ended.promise)
    void ended.promise.finally(() => this.#exits.delete(ended.promise))
    try {
      await this.#launch(
        { attemptId, folder, socket },
        { onReady: ready.resolve, onExit: ended.resolve },
      )
    } catch (error) {
      this.#exits.delete(ended.promise)
      throw error
    }
    const first = await this.#firstOf(ready.promise, ended.promise, { attemptId, folder })
    if (first !== 'ready') throw await this.#unloadable(first, folder)
    this.#failures = 0
    await this.#connect(socket, ended.promise, folder)
  }

  async #launch(
    place: { readonly attemptId: string; readonly folder: string; readonly socket: string },
    hooks: { readonly onReady: () => void; readonly onExit: (report: ExitReport) => void },
  ): Promise<void> {
    const { attemptId, folder, socket } = place
    const { environment, env = {}, limits, preload } = this.#spec
    const { python } = await getEnvironment(this.#ctx, environment)
    await computeState(this.#ctx).runner.start(
      {
        attemptId,
        environment,
        folder,
        python,
        cwd: this.#spec.cwd ?? join(folder, 'work'),
        log: join(folder, 'log'),
        env: taskEnvironment({ attemptId, env }, folder),
        principal: this.#ctx.principal,
        ...(limits ? { limits } : {}),
        ...(preload ? { preload } : {}),
        entry: {
          kind: 'worker',
          module: this.#spec.module,
          function: this.#spec.function,
          args: this.#spec.args ?? [],
          batch: this.#spec.batch ?? false,
          socket,
        },
      },
      hooks,
    )
  }

  async #firstOf(
    ready: Promise<void>,
    ended: Promise<ExitReport>,
    place: { readonly attemptId: string; readonly folder: string },
  ): Promise<'ready' | 'late' | ExitReport> {
    const timeoutMs = this.#spec.startTimeoutMs ?? defaultStartTimeoutMs
    const late = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => late.resolve('late'), timeoutMs)
    const first = await Promise.race([ready.then(() => 'ready' as const), ended, late.promise])
    clearTimeout(timer)
    if (first === 'late') await computeState(this.#ctx).runner.kill(place, 0)
    return first
  }

  async #unloadable(how: ExitReport | 'late', folder: string): Promise<Error> {
    await rm(folder, { recursive: true, force: true })
    if (how === 'late') {
      const seconds = (this.#spec.startTimeoutMs ?? defaultStartTimeoutMs) / 1000
      return computeErrors.COMPUTE_WORKER_UNLOADABLE(this.#name, `not loaded after ${seconds} s`)
    }
    const error = computeErrors.COMPUTE_WORKER_UNLOADABLE(this.#name, describeExit(how))
    return how.error ? error.with({ details: [how.error] }) : error
  }

  async #connect(socket: string, ended: Promise<ExitReport>, folder: string): Promise<void> {
    const connection = connect(socket)
    await new Promise<void>((resolve, reject) => {
      connection.once('connect', resolve)
      connection.once('error', reject)
    })
    const channel = new WorkerChannel(connection, this.#name)
    this.#ready.add(channel)
    connection.once('close', () => this.#ready.delete(channel))
    void ended.then((report) => this.#onEnd(channel, report, folder))
    if (this.#closed) channel.close()
    for (const waiter of this.#waiters) waiter.resolve(channel)
    this.#waiters.clear()
  }

  async #onEnd(channel: WorkerChannel, report: ExitReport, folder: string): Promise<void> {
    this.#ready.delete(channel)
    channel.rejectAll(computeErrors.COMPUTE_WORKER_CRASHED(this.#name, describeExit(report)))
    if (this.#closed) {
      await rm(folder, { recursive: true, force: true })
      return
    }
    this.#ctx.log.warn({ worker: this.#name, report }, 'worker ended; starting another')
    this.#restartLater()
  }

  #restartLater(): void {
    if (this.#closed) return
    const delayMs = Math.min(lastRestartMs, firstRestartMs * 2 ** this.#failures)
    this.#failures += 1
    const timer = setTimeout(() => {
      this.#restarts.delete(timer)
      this.#start().catch((error: Error) => {
        for (const waiter of this.#waiters) waiter.reject(error)
        this.#waiters.clear()
        this.#restartLater()
      })
    }, delayMs)
    this.#restarts.add(timer)
  }
}

function describeExit(report: ExitReport): string {
  if (report.error) return `${report.error.type}: ${report.error.message}`
  return report.signal ?? `exit code ${report.exitCode}`
}
