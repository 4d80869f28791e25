/**
 * Runs attempts on this machine through fork servers.
 *
 *   start: noted → (answer: started) running → (exit event) reported, forgotten
 *                                     └──(fork server gone)→ exit.json read, or written as lost
 *
 * An attempt is noted before it is asked for, so that an exit that comes with the answer is heard.
 */
import { createHash } from 'node:crypto'
import { kill as signalProcess } from 'node:process'
import type { Config, Ctx } from '../../core/index.ts'
import { findExit, findSpec, toExitReport, writeLostExit } from '../attempt-files.ts'
import { computeErrors } from '../errors.ts'
import { forkServerPlace, isGone, openForkServer, type ForkServer } from '../fork-server.ts'
import type { ExitReport, Limits } from '../types.ts'
import type { AttemptHooks, AttemptPlace, Runner, StartOutcome, StartSpec } from './runner.ts'

interface Running extends AttemptPlace {
  readonly hooks: AttemptHooks
  readonly server: ForkServer
  pid: number | undefined
  startedAt: number
}

interface ServerWish {
  readonly key: string
  readonly python?: string
  readonly preload: readonly string[]
}

export class LocalRunner implements Runner {
  readonly #ctx: Ctx
  readonly #servers = new Map<string, Promise<ForkServer | undefined>>()
  readonly #running = new Map<string, Running>()
  readonly #losing = new Set<Promise<void>>()
  #disposed = false

  constructor(ctx: Ctx) {
    this.#ctx = ctx
  }

  async start(spec: StartSpec, hooks: AttemptHooks): Promise<StartOutcome> {
    const { attemptId, folder } = spec
    const preload = [...new Set(spec.preload)].sort()
    const server = serverKey(spec.environment, preload)
    const attempt = toWire(spec, { server, preload, config: this.#ctx.config })
    const ask = async () => {
      const open = await this.#server({ key: server, python: spec.python, preload })
      if (!open) throw computeErrors.COMPUTE_WORKER_GONE()
      const running = { attemptId, folder, server: open, hooks, pid: undefined, startedAt: 0 }
      return this.#ask(running, () => open.request('launch', { attempt }))
    }
    const opening = this.#servers.get(server)
    try {
      return await ask()
    } catch (error) {
      if (!isGone(error)) throw error
      // It left because it had been idle; a new one knows from the folder how far it came.
      if (this.#servers.get(server) === opening) this.#servers.delete(server)
      return ask()
    }
  }

  async attach(place: AttemptPlace, hooks: AttemptHooks): Promise<StartOutcome> {
    const known = this.#running.get(place.attemptId)
    if (known) return { state: 'attached', startedAt: known.startedAt }
    const spec = await findSpec(place.folder)
    const open = spec && (await this.#server({ key: spec.server, preload: [] }))
    if (!open) return this.#settle(place)
    const running = { ...place, server: open, hooks, pid: undefined, startedAt: 0 }
    const { attemptId: attempt_id, folder } = place
    return this.#ask(running, () => open.request('attach', { attempt_id, folder }))
  }

  async kill(place: AttemptPlace, graceMs: number): Promise<void> {
    const running = this.#running.get(place.attemptId)
    const fields = { attempt_id: place.attemptId, grace_ms: graceMs }
    await running?.server.request('kill', fields).catch((error: unknown) => {
      // What its fork server took with it needs no killing.
      if (!isGone(error)) throw error
    })
  }

  /** Leaves running attempts alone; fork servers without any end now, the others when idle. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    const servers = await Promise.allSettled(this.#servers.values())
    for (const server of servers) {
      if (server.status !== 'fulfilled' || !server.value) continue
      await server.value.request('retire').catch(() => {})
      server.value.close()
    }
    await Promise.all(this.#losing)
  }

  #server(wish: ServerWish): Promise<ForkServer | undefined> {
    const known = this.#servers.get(wish.key)
    if (known) return known
    const opening = this.#open(wish)
    this.#servers.set(wish.key, opening)
    const forget = () => {
      if (this.#servers.get(wish.key) === opening) this.#servers.delete(wish.key)
    }
    opening.then((server) => server ?? forget(), forget)
    return opening
  }

  async #open(wish: ServerWish): Promise<ForkServer | undefined> {
    const place = await forkServerPlace(this.#ctx.config.dataDir, wish.key)
    return openForkServer({
      place,
      preload: wish.preload,
      ...(wish.python === undefined ? {} : { python: wish.python }),
      onEvent: (event) => {
        if (event.event === 'exit') this.#ended(event.attempt_id, toExitReport(event.report))
        else this.#running.get(event.attempt_id)?.hooks.onReady?.()
      },
      onGone: (server) => this.#gone(wish.key, server),
    })
  }

  async #ask(
    running: Running,
    request: () => Promise<Readonly<Record<string, unknown>>>,
  ): Promise<StartOutcome> {
    this.#running.set(running.attemptId, running)
    try {
      const answer = await request()
      const state = answer['state']
      if (state === 'started' || state === 'attached' || state === 'running') {
        running.pid = Number(answer['pid'])
        running.startedAt = Number(answer['started_at'])
        return {
          state: state === 'started' ? 'started' : 'attached',
          startedAt: running.startedAt,
        }
      }
    } catch (error) {
      this.#running.delete(running.attemptId)
      throw error
    }
    this.#running.delete(running.attemptId)
    return this.#settle(running)
  }

  async #settle(place: AttemptPlace): Promise<StartOutcome> {
    return { state: (await findExit(place.folder)) ? 'ended' : 'vanished' }
  }

  #ended(attemptId: string, report: ExitReport): void {
    const running = this.#running.get(attemptId)
    this.#running.delete(attemptId)
    running?.hooks.onExit(report)
  }

  #gone(key: string, server: ForkServer): void {
    const forget = (current?: ForkServer) => {
      if (current === server) this.#servers.delete(key)
    }
    this.#servers.get(key)?.then(forget, () => forget())
    if (this.#disposed) return
    for (const running of this.#running.values()) {
      // Whoever still waits for the answer hears that it will not come.
      if (running.server !== server || running.pid === undefined) continue
      const losing = this.#lose(running).finally(() => this.#losing.delete(losing))
      this.#losing.add(losing)
    }
  }

  async #lose(running: Running): Promise<void> {
    if (running.pid !== undefined) killGroup(running.pid)
    this.#ended(running.attemptId, await writeLostExit(running, this.#ctx.now().getTime()))
  }
}

/** The fork server took its children with it; what they started may still be there. */
function killGroup(pid: number): void {
  try {
    signalProcess(-pid, 'SIGKILL')
  } catch {
    // Nothing is left of the group.
  }
}

function serverKey(environment: string, preload: readonly string[]): string {
  const suffix = createHash('sha256').update(preload.join(',')).digest('hex').slice(0, 6)
  return `${environment.slice(0, 16)}-${suffix}`
}

interface ServerFields {
  readonly server: string
  readonly preload: readonly string[]
  readonly config: Config
}

function toWire(
  spec: StartSpec,
  { config, ...server }: ServerFields,
): Readonly<Record<string, unknown>> {
  return {
    attempt_id: spec.attemptId,
    environment: spec.environment,
    principal: spec.principal,
    ...server,
    folder: spec.folder,
    cwd: spec.cwd,
    log: spec.log,
    entry: toWireEntry(spec.entry),
    env: spec.env,
    limits: { ...toWireLimits(spec.limits ?? {}), ...diskLimits(config) },
    secrets: spec.secrets ?? [],
  }
}

function toWireEntry(entry: StartSpec['entry']): Readonly<Record<string, unknown>> {
  if (entry.kind !== 'notebook') return { ...entry }
  const { kind, path, outputPath, parameters } = entry
  return { kind, path, output_path: outputPath, parameters }
}

const mib = 1024 * 1024

/** What keeps one attempt from filling the disk for everybody. */
function diskLimits(config: Config): Readonly<Record<string, number>> {
  return {
    log_bytes: config.logLimitMb * mib,
    disk_reserve_bytes: config.diskReserveMb * mib,
  }
}

function toWireLimits(limits: Limits): Readonly<Record<string, number | undefined>> {
  return {
    memory_bytes: limits.memoryBytes,
    cpu_count: limits.cpuCount,
    cpu_ms: limits.cpuMs,
    wall_ms: limits.wallMs,
  }
}
