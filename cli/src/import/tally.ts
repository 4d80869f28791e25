const kinds = [
  'experiments',
  'runs',
  'params',
  'metrics',
  'metric points',
  'logged models',
  'artifact files',
  'models',
  'model versions',
  'aliases',
] as const
export type Kind = (typeof kinds)[number]

/** What has been seen at the source so far. */
export class Tally {
  readonly #counts = new Map<Kind, number>()
  readonly #missed: string[] = []

  add(kind: Kind, count: number): void {
    this.#counts.set(kind, this.of(kind) + count)
  }

  of(kind: Kind): number {
    return this.#counts.get(kind) ?? 0
  }

  /** A folder of artifacts that this program cannot reach. */
  missed(uri: string): void {
    this.#missed.push(uri)
  }

  get unreachable(): readonly string[] {
    return this.#missed
  }

  counts(): Readonly<Record<Kind, number>> {
    const all = kinds.map((kind) => [kind, this.of(kind)] as const)
    return Object.fromEntries(all) as Record<Kind, number>
  }
}
