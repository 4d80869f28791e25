import type { Point, Space } from './space.ts'

/** One trial that a sampler may learn from, in the order in which they were suggested. */
export interface Observation {
  readonly point: Point
  /** Lower is better; `Infinity` where the trial failed; absent while it runs. */
  readonly loss?: number
}

export interface SamplerOptions {
  readonly space: Space
  readonly seed: number
  /**
   * Trials to see before modelling starts.
   * @default twice the parameters, from 4 to 20
   */
  readonly startCount?: number
}

/**
 * Suggests where to look next. The answer depends on nothing but the space, the seed and the
 * history, so a search goes on after a restart as if nothing had happened. What an object of this
 * kind remembers between calls only makes them faster.
 */
export interface Sampler {
  readonly suggest: (history: readonly Observation[]) => Point
}

export type OpenSampler = (options: SamplerOptions) => Sampler
