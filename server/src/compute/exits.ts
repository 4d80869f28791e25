import type { ExitReport } from './types.ts'

/** Who waits for which attempt to end, in this process. */
export class Exits {
  readonly #expected = new Map<string, PromiseWithResolvers<ExitReport>>()

  /** The exit of an attempt that is about to run or runs. */
  expect(attemptId: string): Promise<ExitReport> {
    const known = this.#expected.get(attemptId)
    if (known) return known.promise
    const made = Promise.withResolvers<ExitReport>()
    // Nobody may be waiting when this server forgets it.
    made.promise.catch(() => {})
    this.#expected.set(attemptId, made)
    return made.promise
  }

  find(attemptId: string): Promise<ExitReport> | undefined {
    return this.#expected.get(attemptId)?.promise
  }

  resolve(attemptId: string, report: ExitReport): void {
    this.#expected.get(attemptId)?.resolve(report)
    this.#expected.delete(attemptId)
  }

  forget(attemptId: string): void {
    this.#expected.delete(attemptId)
  }
}
