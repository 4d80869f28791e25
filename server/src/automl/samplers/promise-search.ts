import type { Genome } from './encoding.ts'
import { normal, type Rng } from './rng.ts'
import type { Surrogate } from './surrogate.ts'

export interface SearchEffort {
  /** Places drawn evenly from the whole space. */
  readonly spread: number
  /** Places drawn around the best ones seen. */
  readonly near: number
  /** How many of these are improved further. */
  readonly refined: number
  /** Tries to improve each. */
  readonly steps: number
}

export interface Candidate {
  readonly genome: Genome
  readonly promise: number
}

/** Places that promise much, most first: `refined` of them. */
export function findPromising(
  surrogate: Surrogate,
  width: number,
  options: SearchEffort & { readonly rng: Rng },
): Candidate[] {
  const { rng } = options
  const pool: Candidate[] = []
  const add = (genome: Genome): number => pool.push({ genome, promise: surrogate.promise(genome) })
  for (let i = 0; i < options.spread; i += 1) add(Float64Array.from({ length: width }, () => rng()))
  for (let i = 0; i < options.near; i += 1) {
    const among = Math.min(surrogate.seen.length, 5)
    const origin = surrogate.seen[Math.floor(rng() * rng() * among)]
    // Distances over three orders of magnitude, because nobody knows how close the minimum is.
    if (origin)
      add(mutate(origin, { rng, share: Math.max(0.4, 1.5 / width), by: 0.5 * 10 ** (-3 * rng()) }))
  }
  pool.sort((a, b) => b.promise - a.promise)
  return pool
    .slice(0, options.refined)
    .map((start) => refine(surrogate, start, { rng, steps: options.steps }))
    .sort((a, b) => b.promise - a.promise)
}

// A (1+1) evolution strategy: wider after a success, narrower after a failure.
function refine(
  surrogate: Surrogate,
  start: Candidate,
  { rng, steps }: { readonly rng: Rng; readonly steps: number },
): Candidate {
  let best = start
  let by = 0.1
  const share = Math.min(1, 2 / start.genome.length)
  for (let step = 0; step < steps; step += 1) {
    const genome = mutate(best.genome, { rng, share, by })
    const promise = surrogate.promise(genome)
    if (promise > best.promise) {
      best = { genome, promise }
      by = Math.min(0.3, by * 1.5)
    } else {
      by = Math.max(1e-4, by * 0.85)
    }
  }
  return best
}

interface Mutation {
  readonly rng: Rng
  /** Chance of each coordinate to change. */
  readonly share: number
  /** Standard deviation of a change. */
  readonly by: number
}

function mutate(genome: Genome, { rng, share, by }: Mutation): Genome {
  return genome.map((place) => {
    if (rng() >= share) return place
    return Math.min(1, Math.max(0, place + normal(rng) * by))
  })
}
