import type { Ctx, Database } from '../core/index.ts'
import type { Interpreter } from './interpreter.ts'
import { AttemptJournal } from './attempt-journal.ts'
import type { Resolution } from './environment-store.ts'
import { Exits } from './exits.ts'
import { LocalRunner } from './runners/local.ts'
import type { Environment } from './types.ts'

/** What one server keeps in memory for this room; everything in it can be found again on disk. */
export class ComputeState implements AsyncDisposable {
  readonly environments = new Map<string, Environment>()
  /** What requirements were resolved to, by the requirements. */
  readonly resolved = new Map<string, Resolution>()
  readonly runner: LocalRunner
  readonly exits = new Exits()
  /** Attempts that an earlier server of this database left running. */
  readonly foundAgain = new Set<string>()
  readonly journal: AttemptJournal
  readonly #interpreters = new Map<string | undefined, Promise<Interpreter>>()
  readonly #running = new Map<string, Promise<unknown>>()

  readonly #ctx: Ctx
  readonly #after = new Set<Promise<void>>()

  constructor(ctx: Ctx) {
    this.#ctx = ctx
    this.runner = new LocalRunner(ctx)
    this.journal = new AttemptJournal(ctx)
  }

  /** Work that nobody waits for, but the end of the server does. */
  afterwards(work: Promise<void>, failure: string): void {
    const watched = work
      .catch((error: unknown) => this.#ctx.log.error({ err: error }, failure))
      .finally(() => this.#after.delete(watched))
    this.#after.add(watched)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runner[Symbol.asyncDispose]()
    await Promise.all(this.#after)
    await this.journal[Symbol.asyncDispose]()
  }

  /** Callers that ask for the same work while it goes on share it. */
  once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key)
    if (running) return running as Promise<T>
    const started = work().finally(() => this.#running.delete(key))
    this.#running.set(key, started)
    return started
  }

  /** An interpreter found once stays found; one that was not is looked for again. */
  interpreter(wanted: string | undefined, find: () => Promise<Interpreter>): Promise<Interpreter> {
    const known = this.#interpreters.get(wanted)
    if (known) return known
    const found = find()
    this.#interpreters.set(wanted, found)
    found.catch(() => this.#interpreters.delete(wanted))
    return found
  }
}

const states = new WeakMap<Database, ComputeState>()

/** The state that belongs to the server of this ctx. */
export function computeState(ctx: Ctx): ComputeState {
  const known = states.get(ctx.database)
  if (known) return known
  const state = new ComputeState(ctx)
  states.set(ctx.database, state)
  return state
}

/** Forgets the state, so that the same database can be served again. */
export async function endComputeState(ctx: Ctx): Promise<void> {
  const state = states.get(ctx.database)
  if (!state) return
  states.delete(ctx.database)
  await state[Symbol.asyncDispose]()
}
