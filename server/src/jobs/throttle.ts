/** Calls a function at once and then at most every so often, the last wish never forgotten. */
export class Throttle implements Disposable {
  readonly #run: () => void
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  #again = false

  constructor(run: () => void, everyMs: number) {
    this.#run = run
    this.#everyMs = everyMs
  }

  call(): void {
    if (this.#timer) {
      this.#again = true
      return
    }
    this.#again = false
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#again) this.call()
    }, this.#everyMs)
    this.#run()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#again = false
  }
}
