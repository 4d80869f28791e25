import type { OutputRow } from '../run-reads.ts'
import type { AttemptRef } from './run-state.ts'

export type FindOutput = (taskRunId: number) => Promise<OutputRow>

/** The inputs of iterations, from where their for-each attempts wrote them; each list is read once. */
export class Inputs {
  readonly #findOutput: FindOutput
  readonly #lists = new Map<number, readonly unknown[]>()

  constructor(findOutput: FindOutput) {
    this.#findOutput = findOutput
  }

  /** Undefined for an attempt that is no iteration. */
  async find(ref: AttemptRef): Promise<{ readonly value: unknown } | undefined> {
    if (ref.parentId === undefined) return undefined
    const list = this.#lists.get(ref.parentId) ?? (await this.#read(ref.parentId))
    return { value: list[ref.attempt.iteration ?? 0] }
  }

  async #read(parentId: number): Promise<readonly unknown[]> {
    const { resolved } = await this.#findOutput(parentId)
    const list = (resolved?.['inputs'] ?? []) as readonly unknown[]
    this.#lists.set(parentId, list)
    return list
  }
}
