import { encodePoint, type Encoding, type Genome } from './encoding.ts'
import type { Branch } from './branches.ts'
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
import { bend, bends } from './warp.ts'

/** How to model: which bend of the losses, and each branch's hyperparameters. */
export interface SurrogatePlan {
  readonly share: number
  /** In the order of the branches; absent where nothing is known. */
  readonly hypers: readonly (Hyperparameters | undefined)[]
}

/** A model of the loss in one branch that says where looking promises most. */
export interface Surrogate {
  /** Places seen, best first. */
  readonly seen: readonly Genome[]
  /** Logarithm of the expected improvement at a place, in units that all branches share. */
  readonly promise: (place: Genome) => number
  /** Some of the places: each the best of all in one plausible course of the loss (Thompson). */
  readonly drawBest: (places: readonly Genome[], count: number, rng: Rng) => readonly Genome[]
}

const screeningSteps = 10
const polishingSteps = 15
const adjustingSteps = 4

/** What is known, and how its losses are bent. */
interface Sample {
  readonly finished: readonly Observation[]
  readonly values: Float64Array
  readonly logSlopes: Float64Array
}

/** A branch's part of the sample: centred and scaled, so that its model starts from plain numbers. */
interface Part {
  readonly finished: readonly Observation[]
  readonly targets: Float64Array
  readonly mean: number
  readonly deviation: number
  readonly logSlope: number
}

/** Tries every bend where most is known, then fits every branch under the likeliest. */
export function planSurrogates(
  branches: readonly Branch[],
  observations: readonly Observation[],
): SurrogatePlan {
  const counts = branches.map((branch) => partOf(branch, takeSample(observations, Infinity)))
  const leading = counts.reduce(
    (best, part, index) =>
      part.finished.length > (counts[best]?.finished.length ?? 0) ? index : best,
    0,
  )
  const branch = branches[leading]
  if (!branch || counts[leading]?.finished.length === 0) {
    throw new Error('A surrogate needs at least one finished trial')
  }
  const share = likeliestBend(branch, observations)
  const sample = takeSample(observations, share)
  return { share, hypers: branches.map((one) => fitBranch(one, partOf(one, sample))) }
}

function likeliestBend(branch: Branch, observations: readonly Observation[]): number {
  let best = { share: Infinity, score: -Infinity }
  for (const share of bends) {
    const part = partOf(branch, takeSample(observations, share))
    const set = trainingSet(branch.encoding, part.finished, part.targets)
    const start = startingHyperparameters(set, { length: 0.5, noise: 1e-4 })
    const score = fitHyperparameters(set, start, screeningSteps).logLikelihood + part.logSlope
    if (score > best.score) best = { share, score }
  }
  return best.share
}

function fitBranch({ encoding }: Branch, part: Part): Hyperparameters | undefined {
  if (part.finished.length === 0) return undefined
  const set = trainingSet(encoding, part.finished, part.targets)
  const fits: readonly Fit[] = [
    { length: 0.5, noise: 1e-4 },
    { length: 0.2, noise: 1e-2 },
  ].map((start) =>
    fitHyperparameters(set, startingHyperparameters(set, start), screeningSteps + polishingSteps),
  )
  return fits.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a)).hyper
}

/** Hyperparameters moved a little towards what other observations of the same branch say. */
export function adjustHyperparameters(
  branch: Branch,
  observations: readonly Observation[],
  { share, hyper }: { readonly share: number; readonly hyper: Hyperparameters },
): Hyperparameters {
  const part = partOf(branch, takeSample(observations, share))
  const set = trainingSet(branch.encoding, part.finished, part.targets)
  return fitHyperparameters(set, hyper, adjustingSteps).hyper
}

/** The model of one branch, given all that is known. */
export function openSurrogate(
  branch: Branch,
  observations: readonly Observation[],
  { share, hyper }: { readonly share: number; readonly hyper: Hyperparameters },
): Surrogate {
  const { encoding } = branch
  const sample = takeSample(observations, share)
  const part = partOf(branch, sample)
  const least = sample.values.reduce((a, b) => Math.min(a, b), Infinity)
  const goal = (least - part.mean) / part.deviation
  const running = observations.filter(({ loss, point }) => loss === undefined && branch.owns(point))
  const model = openModel(encoding, part, { running, hyper })
  const place = new Float64Array(encoding.width)
  const logUnit = Math.log(part.deviation)
  return {
    seen: bestFirst(part).map(({ point }) => branch.toGenome(point)),
    promise: (genome) => {
      encodePoint(encoding, branch.toPoint(genome), place)
      const { mean, deviation } = model.predict(place)
      return logUnit + logExpectedImprovement(goal - mean, deviation)
    },
    drawBest: (places, count, rng) => {
      const values = encodeAll(
        encoding,
        places.map((genome) => branch.toPoint(genome)),
      )
      const rows = { values, count: places.length, width: encoding.width }
      const draws = model.draw(rows, count, () => normal(rng))
      return pickLeast(draws).flatMap((index) => places[index] ?? [])
    },
  }
}

/** A model of what is finished, in which running trials have the loss that is expected of them. */
function openModel(
  encoding: Encoding,
  { finished, targets }: Part,
  known: { readonly running: readonly Observation[]; readonly hyper: Hyperparameters },
): GaussianProcess {
  const { running, hyper } = known
  const model = new GaussianProcess(trainingSet(encoding, finished, targets), hyper)
  if (running.length === 0) return model
  const place = new Float64Array(encoding.width)
  const expected = running.map(({ point }) => {
    encodePoint(encoding, point, place)
    return model.predict(place).mean
  })
  const all = Float64Array.from([...targets, ...expected])
  return new GaussianProcess(trainingSet(encoding, [...finished, ...running], all), hyper)
}

function bestFirst({ finished, targets }: Part): readonly Observation[] {
  const order = [...targets.keys()].sort((a, b) => (targets[a] ?? 0) - (targets[b] ?? 0))
  return order.flatMap((index) => finished[index] ?? [])
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

function takeSample(observations: readonly Observation[], share: number): Sample {
  const finished = observations.filter(({ loss }) => loss !== undefined)
  return { finished, ...bend(lossesOf(finished), share) }
}

/** Losses, with the worst one seen in place of those of failed trials. */
function lossesOf(finished: readonly Observation[]): Float64Array {
  const losses = finished.map(({ loss }) => loss ?? Infinity)
  const worst = losses.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, b) : a), -Infinity)
  const stand = Number.isFinite(worst) ? worst : 0
  return Float64Array.from(losses, (loss) => (Number.isFinite(loss) ? loss : stand))
}

// One or two values say nothing of a branch's spread; the spread of everything stands in.
const fewestForSpread = 3

function partOf(branch: Branch, sample: Sample): Part {
  const rows = [...sample.finished.keys()].filter((row) => {
    const point = sample.finished[row]?.point
    return point !== undefined && branch.owns(point)
  })
  const own = Float64Array.from(rows, (row) => sample.values[row] ?? 0)
  const { mean, deviation } = momentsOf(own)
  const whole = momentsOf(sample.values).deviation || 1
  const spread = own.length < fewestForSpread ? whole : deviation || whole
  return {
    finished: rows.flatMap((row) => sample.finished[row] ?? []),
    targets: own.map((value) => (value - mean) / spread),
    mean,
    deviation: spread,
    logSlope: rows.reduce((sum, row) => sum + (sample.logSlopes[row] ?? 0) - Math.log(spread), 0),
  }
}

function momentsOf(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  if (values.length === 0) return { mean: 0, deviation: 0 }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance) }
}

function trainingSet(
  encoding: Encoding,
  observations: readonly Observation[],
  targets: Float64Array,
): TrainingSet {
  const { width, groups, space } = encoding
  const values = encodeAll(
    encoding,
    observations.map(({ point }) => point),
  )
  const rows = { values, count: observations.length, width }
  return { rows, targets, groups, groupCount: space.length }
}

function encodeAll(encoding: Encoding, points: readonly Observation['point'][]): Float64Array {
  const { width } = encoding
  const values = new Float64Array(points.length * width)
  for (const [row, point] of points.entries()) {
    encodePoint(encoding, point, values.subarray(row * width, (row + 1) * width))
  }
  return values
}
