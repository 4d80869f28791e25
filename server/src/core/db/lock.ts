/** A first-come, first-served lock for code that awaits while it holds something. */
export class Lock {
  #tail: Promise<void> = Promise.resolve()

  /** Resolves, in order of asking, with the function that hands the lock on. */
  async acquire(): Promise<() => void> {
    const before = this.#tail
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#tail = promise
    await before
    return resolve
  }
}
