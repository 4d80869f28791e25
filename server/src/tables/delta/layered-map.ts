type Layer<V> = ReadonlyMap<string, V | undefined>

/**
 * An immutable map that a small change copies cheaply.
 *
 * It is a plain map and changes over it. A change swallows the ones under it that are not more than
 * twice its size, so there are O(log size) of them, the newest the smallest: a lookup takes as many
 * steps, and a change costs O(change × log size) in the long run, whatever the map holds. When all
 * entries are asked for they become the plain map.
 */
export class LayeredMap<V> {
  #base: ReadonlyMap<string, V>
  /** Oldest first; `undefined` is a deletion. */
  #layers: readonly Layer<V>[]
  readonly size: number

  private constructor(base: ReadonlyMap<string, V>, layers: readonly Layer<V>[], size: number) {
    this.#base = base
    this.#layers = layers
    this.size = size
  }

  static of<V>(entries: ReadonlyMap<string, V> = new Map()): LayeredMap<V> {
    return new LayeredMap<V>(entries, [], entries.size)
  }

  get(key: string): V | undefined {
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const layer = this.#layers[i]
      if (layer?.has(key)) return layer.get(key)
    }
    return this.#base.get(key)
  }

  with(changes: Layer<V>): LayeredMap<V> {
    if (changes.size === 0) return this
    const layers = [...this.#layers]
    let merged = changes
    for (let under = layers.at(-1); under && under.size <= 2 * merged.size; under = layers.at(-1)) {
      merged = new Map([...under, ...merged])
      layers.pop()
    }
    if (layers.length === 0 && this.#base.size <= 2 * merged.size) {
      return LayeredMap.of(applied(this.#base, [merged]))
    }
    return new LayeredMap(this.#base, [...layers, merged], this.size + this.#growth(changes))
  }

  #growth(changes: Layer<V>): number {
    let growth = 0
    for (const [key, value] of changes) {
      growth += Number(value !== undefined) - Number(this.get(key) !== undefined)
    }
    return growth
  }

  /** Every entry, in the order of first insertion. */
  entries(): ReadonlyMap<string, V> {
    if (this.#layers.length > 0) {
      this.#base = applied(this.#base, this.#layers)
      this.#layers = []
    }
    return this.#base
  }
}

function applied<V>(base: ReadonlyMap<string, V>, layers: readonly Layer<V>[]): Map<string, V> {
  const all = new Map(base)
  for (const layer of layers) {
    for (const [key, value] of layer) {
      if (value === undefined) all.delete(key)
      else all.set(key, value)
    }
  }
  return all
}
