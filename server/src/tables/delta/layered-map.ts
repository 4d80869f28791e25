/**
 * An immutable map that a small change copies cheaply.
 *
 * A change is a layer over its parent. A layer becomes flat (a plain map, parent forgotten) when all
 * its entries are asked for, or when `maxDepth` layers have piled up; so a change costs
 * O(change + size / maxDepth) and a lookup at most `maxDepth` steps.
 */
const maxDepth = 64

export class LayeredMap<V> {
  #flat: ReadonlyMap<string, V> | undefined
  #parent: LayeredMap<V> | undefined
  /** `undefined` is a deletion. */
  readonly #changes: ReadonlyMap<string, V | undefined>
  readonly #depth: number

  private constructor(
    changes: ReadonlyMap<string, V | undefined>,
    parent: LayeredMap<V> | undefined,
  ) {
    this.#changes = changes
    this.#parent = parent
    this.#depth = parent ? (parent.#flat ? 1 : parent.#depth + 1) : 0
    if (!parent) this.#flat = changes as ReadonlyMap<string, V>
  }

  static of<V>(entries: ReadonlyMap<string, V> = new Map()): LayeredMap<V> {
    return new LayeredMap<V>(entries, undefined)
  }

  get(key: string): V | undefined {
    if (this.#flat) return this.#flat.get(key)
    return this.#changes.has(key) ? this.#changes.get(key) : this.#parent?.get(key)
  }

  with(changes: ReadonlyMap<string, V | undefined>): LayeredMap<V> {
    if (changes.size === 0) return this
    const next = new LayeredMap<V>(changes, this)
    if (next.#depth >= maxDepth) next.entries()
    return next
  }

  /** Every entry, in the order of first insertion. */
  entries(): ReadonlyMap<string, V> {
    if (this.#flat) return this.#flat
    this.#flat = this.#collect()
    this.#parent = undefined
    return this.#flat
  }

  #collect(): Map<string, V> {
    if (this.#flat) return new Map(this.#flat)
    const all = this.#parent ? this.#parent.#collect() : new Map<string, V>()
    for (const [key, value] of this.#changes) {
      if (value === undefined) all.delete(key)
      else all.set(key, value)
    }
    return all
  }

  get size(): number {
    return this.entries().size
  }
}
