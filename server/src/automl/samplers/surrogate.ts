import { encodePoint, genomeOf, pointOf, type Encoding, type Genome } from './encoding.ts'
import { logExpectedImprovement } from './expected-improvement.ts'
import {
  fitHyperparameters,
  GaussianProcess,
  startingHyperparameters,
  type Fit,
  type Hyperparameters,
  type TrainingSet,
} from './gaussian-process.ts'
import { normal, type Rng } from './rng.ts'
import type { Observation } from './sampler.ts'
import { warp, warpShares } from './warp.ts'

/** How to model: which bend of the losses, and the Gaussian process' hyperparameters. */
export interface SurrogatePlan {
  readonly warpShare: number
  readonly hyper: Hyperparameters
}

/** A model of the loss that says where looking promises most. */
export interface Surrogate {
  /** Places seen, best first. */
  readonly seen: readonly Genome[]
  /** Logarithm of the expected improvement at a place. */
  readonly promise: (place: Genome) => number
  /** Some of the places: each the best of all in one plausible course of the loss (Thompson). */
  readonly drawBest: (places: readonly Genome[], count: number, rng: Rng) => readonly Genome[]
}

const screeningSteps = 10
const polishingSteps = 15
const adjustingSteps = 4

/** Tries every bend shortly, then polishes the likeliest from where it stands and from a smoother start. */
export function planSurrogate(
  encoding: Encoding,
  observations: readonly Observation[],
): SurrogatePlan {
  const { finished } = split(observations)
  let best: (SurrogatePlan & { readonly set: TrainingSet; readonly score: number }) | undefined
  for (const warpShare of warpShares) {
    const { targets, logJacobian } = warp(lossesOf(finished), warpShare)
    const set = trainingSet(encoding, finished, targets)
    const start = startingHyperparameters(set, { length: 0.5, noise: 1e-4 })
    const fit = fitHyperparameters(set, start, screeningSteps)
    const score = fit.logLikelihood + logJacobian
    if (!best || score > best.score) best = { warpShare, set, score, hyper: fit.hyper }
  }
  if (!best) throw new Error('A surrogate needs at least one finished trial')
  return { warpShare: best.warpShare, hyper: polish(best.set, best.hyper) }
}

/** The same bend, with hyperparameters moved a little towards what other observations say. */
export function adjustPlan(
  encoding: Encoding,
  observations: readonly Observation[],
  plan: SurrogatePlan,
): SurrogatePlan {
  const { finished } = split(observations)
  const { targets } = warp(lossesOf(finished), plan.warpShare)
  const set = trainingSet(encoding, finished, targets)
  return { ...plan, hyper: fitHyperparameters(set, plan.hyper, adjustingSteps).hyper }
}

function polish(set: TrainingSet, hyper: Hyperparameters): Hyperparameters {
  const noisy = startingHyperparameters(set, { length: 0.2, noise: 1e-2 })
  const fits: readonly Fit[] = [
    fitHyperparameters(set, hyper, polishingSteps),
    fitHyperparameters(set, noisy, screeningSteps + polishingSteps),
  ]
  return fits.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a)).hyper
}

export function openSurrogate(
  encoding: Encoding,
  observations: readonly Observation[],
  plan: SurrogatePlan,
): Surrogate {
  const { finished, running } = split(observations)
  const { targets } = warp(lossesOf(finished), plan.warpShare)
  const order = [...targets.keys()].sort((a, b) => (targets[a] ?? 0) - (targets[b] ?? 0))
  const least = targets[order[0] ?? 0] ?? 0
  let model = new GaussianProcess(trainingSet(encoding, finished, targets), plan.hyper)
  const place = new Float64Array(encoding.width)
  if (running.length > 0) {
    const expected = running.map((observation) => {
      encodePoint(encoding, observation.point, place)
      return model.predict(place).mean
    })
    const set = trainingSet(
      encoding,
      [...finished, ...running],
      Float64Array.from([...targets, ...expected]),
    )
    model = new GaussianProcess(set, plan.hyper)
  }
  return {
    seen: order.map((index) => genomeOf(encoding.space, finished[index]?.point ?? {})),
    promise: (genome) => {
      encodePoint(encoding, pointOf(encoding.space, genome), place)
      const { mean, deviation } = model.predict(place)
      return logExpectedImprovement(least - mean, deviation)
    },
    drawBest: (places, count, rng) => {
      const values = new Float64Array(places.length * encoding.width)
      for (const [row, genome] of places.entries()) {
        const into = values.subarray(row * encoding.width, (row + 1) * encoding.width)
        encodePoint(encoding, pointOf(encoding.space, genome), into)
      }
      const rows = { values, count: places.length, width: encoding.width }
      const draws = model.draw(rows, count, () => normal(rng))
      return pickLeast(draws).flatMap((index) => places[index] ?? [])
    },
  }
}

/** The index of the least value of every row, none twice. */
function pickLeast(rows: readonly Float64Array[]): readonly number[] {
  const taken = new Set<number>()
  for (const row of rows) {
    let least = -1
    for (let i = 0; i < row.length; i += 1) {
      if (!taken.has(i) && (least < 0 || (row[i] ?? 0) < (row[least] ?? 0))) least = i
    }
    taken.add(least)
  }
  return [...taken]
}

function split(observations: readonly Observation[]): {
  readonly finished: readonly Observation[]
  readonly running: readonly Observation[]
} {
  return {
    finished: observations.filter((observation) => observation.loss !== undefined),
    running: observations.filter((observation) => observation.loss === undefined),
  }
}

/** Losses, with the worst one seen in place of those of failed trials. */
function lossesOf(finished: readonly Observation[]): Float64Array {
  const losses = finished.map(({ loss }) => loss ?? Infinity)
  const worst = losses.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, b) : a), -Infinity)
  const stand = Number.isFinite(worst) ? worst : 0
  return Float64Array.from(losses, (loss) => (Number.isFinite(loss) ? loss : stand))
}

function trainingSet(
  encoding: Encoding,
  observations: readonly Observation[],
  targets: Float64Array,
): TrainingSet {
  const { width, groups, space } = encoding
  const values = new Float64Array(observations.length * width)
  for (const [row, { point }] of observations.entries()) {
    encodePoint(encoding, point, values.subarray(row * width, (row + 1) * width))
  }
  const rows = { values, count: observations.length, width }
  return { rows, targets, groups, groupCount: space.length }
}
