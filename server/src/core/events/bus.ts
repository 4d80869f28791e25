/** Wakes whoever waits for new events in this process. It carries no data: the table does. */
export class EventBus {
  readonly #waiting = new Set<() => void>()

  /** Called after every commit; cheap when nobody waits. */
  wake(): void {
    for (const listener of this.#waiting) listener()
  }

  /** Calls `listener` after every commit until the returned function is called. */
  onWake(listener: () => void): () => void {
    this.#waiting.add(listener)
    return () => this.#waiting.delete(listener)
  }
}
