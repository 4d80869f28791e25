/**
 * Suggestions for long histories: a model of the neighbourhood of the best observation names a batch
 * of places by Thompson sampling within a trust region (after TuRBO, Eriksson et al. 2019). Everything
 * follows from the history up to the batch's begin.
 */
import { observationsOf, type Branch } from './branches.ts'
import type { Genome } from './encoding.ts'
import { openRng } from './rng.ts'
import type { Observation } from './sampler.ts'
import type { Point } from './space.ts'
import { adjustHyperparameters, openSurrogate, type SurrogatePlan } from './surrogate.ts'

/** Histories shorter than this are modelled as a whole. */
export const globalLimit = 128

const neighbourhood = { best: 16, nearest: 48 }
/** Places to choose from besides those that are chosen. */
const spare = 32
const firstRadius = 0.1
const leastRadius = 1e-5

/** The size that the history had when the current batch of places was named. */
export function batchStart(size: number): number {
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

export function localBatch(
  branches: readonly Branch[],
  history: readonly Observation[],
  { plan, seed }: { readonly plan: SurrogatePlan; readonly seed: number },
): readonly Point[] {
  const best = bestOf(history)
  const index = branches.findIndex((one) => best !== undefined && one.owns(best.point))
  const branch = branches[index]
  const hyper = plan.hypers[index]
  if (!branch || !hyper) return []
  const around = neighbours(branch, observationsOf(branch, history))
  const surrogate = openSurrogate(branch, around, {
    share: plan.share,
    hyper: adjustHyperparameters(branch, around, { share: plan.share, hyper }),
  })
  const rng = openRng(seed, history.length)
  const count = batchSize(history.length)
  const width = branch.encoding.space.length
  const centre = surrogate.seen[0] ?? new Float64Array(width).fill(0.5)
  const radius = trustRadius(history)
  const share = Math.min(1, 20 / Math.max(1, width))
  const places = Array.from({ length: count + spare }, () =>
    centre.map((place) => {
      if (rng() >= share) return place
      return Math.min(1, Math.max(0, place + radius * (2 * rng() - 1)))
    }),
  )
  return surrogate.drawBest(places, count, rng).map((genome) => branch.toPoint(genome))
}

function bestOf(history: readonly Observation[]): Observation | undefined {
  let best: Observation | undefined
  for (const one of history) {
    if (one.loss !== undefined && one.loss < (best?.loss ?? Infinity)) best = one
  }
  return best
}

/** Wider after a batch that found something better, narrower after one that did not. */
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
function neighbours(branch: Branch, own: readonly Observation[]): readonly Observation[] {
  const finished = own
    .filter(({ loss }) => loss !== undefined)
    .sort((a, b) => (a.loss ?? 0) - (b.loss ?? 0))
  const best = finished.slice(0, neighbourhood.best)
  const centre = branch.toGenome(best[0]?.point ?? {})
  const nearest = finished
    .slice(neighbourhood.best)
    .map((observation) => ({
      observation,
      distance: squaredDistance(centre, branch.toGenome(observation.point)),
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, neighbourhood.nearest)
  return [...best, ...nearest.map(({ observation }) => observation)]
}

function squaredDistance(a: Genome, b: Genome): number {
  return a.reduce((sum, place, axis) => sum + (place - (b[axis] ?? 0)) ** 2, 0)
}
