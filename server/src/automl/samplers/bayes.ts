/**
 * Bayesian optimisation: a Gaussian process over what has been seen, and the place of the greatest
 * expected improvement next (Jones et al. 1998; its logarithm, as in Ament et al. 2023).
 *
 * How much is known decides how a place is found:
 *
 *   fewer trials than `startCount`   places spread evenly over the space
 *   up to `globalLimit`              a model of everything, its hyperparameters fitted again whenever
 *                                    the history has grown by a tenth
 *   more                             a model of the neighbourhood of the best, which names a batch of
 *                                    places at once, so that a suggestion costs microseconds
 *
 * Trials that still run stand in the model with the loss that it expects of them, so that parallel
 * trials do not look at the same place. Failed ones count as the worst loss seen.
 */
import { encodingOf, genomeOf, pointOf, type Encoding, type Genome } from './encoding.ts'
import { findPromising } from './promise-search.ts'
import { openRng } from './rng.ts'
import type { Observation, OpenSampler } from './sampler.ts'
import { assertSpace, type Point, type Space } from './space.ts'
import { adjustPlan, openSurrogate, planSurrogate, type SurrogatePlan } from './surrogate.ts'

const globalLimit = 128
const neighbourhood = { best: 16, nearest: 48 }
const globalEffort = { spread: 200, near: 200, refined: 5, steps: 60 }
const localPool = 32
const firstRadius = 0.1
const leastRadius = 1e-5

export const openBayesSampler: OpenSampler = ({ space, seed, ...options }) => {
  assertSpace(space)
  const encoding = encodingOf(space)
  const startCount = options.startCount ?? Math.max(4, Math.min(2 * space.length, 20))
  const planned = remember((basis) => planSurrogate(encoding, basis))
  const batches = remember((basis) => {
    const plan = planned(basis, globalLimit)
    return localBatch(encoding, basis, { plan, seed })
  })
  return {
    suggest: (history) => {
      const size = history.length
      if (countKnown(history) < startCount) return evenlySpread(space, seed, size)
      if (size >= globalLimit) {
        const begin = batchStart(size)
        const place = batches(history, begin)[size - begin]
        return place ? pointOf(space, place) : evenlySpread(space, seed, size)
      }
      const plan = planned(history, fitSize(size, startCount))
      const surrogate = openSurrogate(encoding, history, plan)
      const rng = openRng(seed, size)
      const [best] = findPromising(surrogate, space.length, { ...globalEffort, rng })
      return pointOf(space, best ?? new Float64Array(space.length))
    },
  }
}

function countKnown(history: readonly Observation[]): number {
  return history.reduce((count, { loss }) => (loss === undefined ? count : count + 1), 0)
}

/** Keeps the answer to the last beginning of a history for as long as it is the same beginning. */
function remember<T>(
  answer: (basis: readonly Observation[]) => T,
): (history: readonly Observation[], size: number) => T {
  let last: { readonly basis: readonly Observation[]; readonly value: T } | undefined
  return (history, size) => {
    const same =
      last?.basis.length === size && last.basis.every((one, index) => one === history[index])
    if (!last || !same) {
      const basis = history.slice(0, size)
      last = { basis, value: answer(basis) }
    }
    return last.value
  }
}

/** The size that the history had when hyperparameters were last fitted. */
function fitSize(size: number, startCount: number): number {
  let at = startCount
  for (;;) {
    const next = at + Math.max(1, Math.floor(at / 10))
    if (next > size) return at
    at = next
  }
}

/** The size that the history had when the current batch of places was named. */
function batchStart(size: number): number {
  let at = globalLimit
  for (;;) {
    const next = at + batchSize(at)
    if (next > size) return at
    at = next
  }
}

function batchSize(size: number): number {
  return Math.max(8, Math.floor(size / 10))
}

// An additive recurrence by the generalised golden ratio, shifted at random, fills any number of
// dimensions evenly at every length (Roberts 2018).
function evenlySpread(space: Space, seed: number, index: number): Point {
  const shift = openRng(seed, 0xffff_ffff)
  let ratio = 2
  for (let i = 0; i < 40; i += 1) ratio = (1 + ratio) ** (1 / (space.length + 1))
  const genome = Float64Array.from(
    space,
    (_, axis) => (shift() + (index + 1) * ratio ** -(axis + 1)) % 1,
  )
  return pointOf(space, genome)
}

function localBatch(
  encoding: Encoding,
  history: readonly Observation[],
  { plan, seed }: { readonly plan: SurrogatePlan; readonly seed: number },
): readonly Genome[] {
  const around = neighbours(encoding.space, history)
  const surrogate = openSurrogate(encoding, around, adjustPlan(encoding, around, plan))
  const rng = openRng(seed, history.length)
  const count = batchSize(history.length)
  const centre = surrogate.seen[0] ?? new Float64Array(encoding.space.length)
  const radius = trustRadius(history)
  const share = Math.min(1, 20 / encoding.space.length)
  const places = Array.from({ length: count + localPool }, () =>
    centre.map((place) => {
      if (rng() >= share) return place
      return Math.min(1, Math.max(0, place + radius * (2 * rng() - 1)))
    }),
  )
  return surrogate.drawBest(places, count, rng)
}

/** Wider after a batch that found something better, narrower after one that did not (TuRBO). */
function trustRadius(history: readonly Observation[]): number {
  let radius = firstRadius
  let best = leastLoss(history, 0, globalLimit)
  for (let at = globalLimit; at < history.length; at += batchSize(at)) {
    const found = leastLoss(history, at, at + batchSize(at))
    radius = found < best ? Math.min(0.4, radius * 1.5) : radius / 2
    if (radius < leastRadius) radius = firstRadius
    best = Math.min(best, found)
  }
  return radius
}

function leastLoss(history: readonly Observation[], from: number, to: number): number {
  let least = Infinity
  for (let i = from; i < Math.min(to, history.length); i += 1) {
    least = Math.min(least, history[i]?.loss ?? Infinity)
  }
  return least
}

/** The best observations and those nearest to the very best one. */
function neighbours(space: Space, history: readonly Observation[]): readonly Observation[] {
  const finished = history
    .filter(({ loss }) => loss !== undefined)
    .sort((a, b) => (a.loss ?? 0) - (b.loss ?? 0))
  const best = finished.slice(0, neighbourhood.best)
  const centre = genomeOf(space, best[0]?.point ?? {})
  const nearest = finished
    .slice(neighbourhood.best)
    .map((observation) => ({
      observation,
      distance: squaredDistance(centre, genomeOf(space, observation.point)),
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, neighbourhood.nearest)
  return [...best, ...nearest.map(({ observation }) => observation)]
}

function squaredDistance(a: Genome, b: Genome): number {
  return a.reduce((sum, place, axis) => sum + (place - (b[axis] ?? 0)) ** 2, 0)
}
