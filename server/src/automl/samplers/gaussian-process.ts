/**
 * Gaussian-process regression with a Matérn 5/2 kernel, one length scale per group of coordinates
 * (Rasmussen & Williams, Gaussian Processes for Machine Learning, ch. 2 and 5). The signal variance
 * is profiled out of the likelihood, so only length scales and noise are searched.
 */
import { addTo, at, dot, factorise, invert, solveBackward, solveForward } from './linear-algebra.ts'

/** `count` rows of `width` coordinates, row after row. */
export interface Rows {
  readonly values: Float64Array
  readonly count: number
  readonly width: number
}

export interface Hyperparameters {
  /** Natural logarithm of each group's length scale, then of the noise's share of the variance. */
  readonly logs: Float64Array
}

export interface TrainingSet {
  readonly rows: Rows
  /** Standardised targets. */
  readonly targets: Float64Array
  /** The group of every coordinate; coordinates of a group share a length scale. */
  readonly groups: Uint16Array
  readonly groupCount: number
}

const jitter = 1e-9
const root5 = Math.sqrt(5)

interface LogRange {
  readonly mean: number
  readonly deviation: number
  readonly low: number
  readonly high: number
}

/** Before anything is seen: length scales around half the cube's edge, little noise. */
const lengthRange: LogRange = {
  mean: Math.log(0.5),
  deviation: 1,
  low: Math.log(0.02),
  high: Math.log(20),
}
const noiseRange: LogRange = {
  mean: Math.log(1e-4),
  deviation: 3,
  low: Math.log(1e-8),
  high: Math.log(1),
}

function rangeOf(set: TrainingSet, index: number): LogRange {
  return index === set.groupCount ? noiseRange : lengthRange
}

/** The process given its observations. Buffers are shared between calls: one caller at a time. */
export class GaussianProcess {
  readonly #set: TrainingSet
  readonly #inverseSquares: Float64Array
  readonly #factor: Float64Array
  readonly #weights: Float64Array
  readonly #covariances: Float64Array
  readonly #variance: number

  constructor(set: TrainingSet, hyper: Hyperparameters) {
    this.#set = set
    this.#inverseSquares = inverseSquares(set, hyper.logs)
    this.#factor = covariance(set, hyper.logs)
    factorise(this.#factor, set.rows.count)
    this.#weights = Float64Array.from(set.targets)
    solveForward(this.#factor, this.#weights)
    this.#variance = profiledVariance(this.#weights)
    solveBackward(this.#factor, this.#weights)
    this.#covariances = new Float64Array(set.rows.count)
  }

  /** Mean and standard deviation of the target at a place. */
  predict(place: Float64Array): { readonly mean: number; readonly deviation: number } {
    const mean = this.#meanAndHalf(place)
    const left = Math.max(1e-12, 1 - dot(this.#covariances, this.#covariances))
    return { mean, deviation: Math.sqrt(left * this.#variance) }
  }

  /** Joint draws of the targets at some places: one row of values per draw. */
  draw(places: Rows, times: number, standardNormal: () => number): readonly Float64Array[] {
    const { count, width, values } = places
    const known = this.#set.rows.count
    const means = new Float64Array(count)
    const halves = new Float64Array(count * known)
    for (let i = 0; i < count; i += 1) {
      means[i] = this.#meanAndHalf(values.subarray(i * width, (i + 1) * width))
      halves.set(this.#covariances, i * known)
    }
    const spread = this.#spread(places, halves)
    const scale = Math.sqrt(this.#variance)
    const noise = new Float64Array(count)
    return Array.from({ length: times }, () => {
      for (let i = 0; i < count; i += 1) noise[i] = standardNormal()
      return means.map((mean, i) => {
        let sum = 0
        for (let j = 0; j <= i; j += 1) sum += at(spread, i * count + j) * at(noise, j)
        return mean + scale * sum
      })
    })
  }

  /** The factor of the covariance that is left at some places once the observations are known. */
  #spread(places: Rows, halves: Float64Array): Float64Array {
    const { count } = places
    const known = this.#set.rows.count
    const matrix = correlations(places, this.#inverseSquares)
    for (let i = 0; i < count; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        let sum = 0
        for (let k = 0; k < known; k += 1)
          sum += at(halves, i * known + k) * at(halves, j * known + k)
        addTo(matrix, i * count + j, -sum)
      }
      matrix[i * count + i] = Math.max(0, at(matrix, i * count + i)) + 1e-6
    }
    factorise(matrix, count)
    return matrix
  }

  /** Returns the mean, and leaves L⁻¹k(place) in the covariance buffer. */
  #meanAndHalf(place: Float64Array): number {
    const { values, count, width } = this.#set.rows
    for (let row = 0, index = 0; row < count; row += 1) {
      let square = 0
      for (let axis = 0; axis < width; axis += 1, index += 1) {
        const difference = at(values, index) - at(place, axis)
        square += difference * difference * at(this.#inverseSquares, axis)
      }
      this.#covariances[row] = matern(square)
    }
    const mean = dot(this.#covariances, this.#weights)
    solveForward(this.#factor, this.#covariances)
    return mean
  }
}

export function startingHyperparameters(
  { groupCount }: TrainingSet,
  { length, noise }: { readonly length: number; readonly noise: number },
): Hyperparameters {
  const logs = new Float64Array(groupCount + 1).fill(Math.log(length))
  logs[groupCount] = Math.log(noise)
  return { logs }
}

export interface Fit {
  readonly hyper: Hyperparameters
  readonly logLikelihood: number
}

/**
 * The most likely hyperparameters on a walk of `steps` from `start`. Rprop needs only the signs of
 * the gradient, so the scale of the likelihood does not matter.
 */
export function fitHyperparameters(set: TrainingSet, start: Hyperparameters, steps: number): Fit {
  const walk = {
    logs: Float64Array.from(start.logs),
    sizes: new Float64Array(start.logs.length).fill(0.4),
    signs: new Float64Array(start.logs.length),
  }
  let best: Fit = { hyper: start, logLikelihood: -Infinity }
  for (let step = 0; step < steps; step += 1) {
    const { value, gradient } = posterior(set, walk.logs)
    if (value > best.logLikelihood) {
      best = { hyper: { logs: Float64Array.from(walk.logs) }, logLikelihood: value }
    }
    for (let i = 0; i < gradient.length; i += 1) {
      stepOnce(walk, { index: i, sign: Math.sign(at(gradient, i)), range: rangeOf(set, i) })
    }
  }
  return best
}

interface Walk {
  readonly logs: Float64Array
  readonly sizes: Float64Array
  readonly signs: Float64Array
}

function stepOnce(
  { logs, sizes, signs }: Walk,
  {
    index,
    sign,
    range,
  }: { readonly index: number; readonly sign: number; readonly range: LogRange },
): void {
  const agreement = sign * at(signs, index)
  const factor = agreement > 0 ? 1.3 : agreement < 0 ? 0.5 : 1
  const size = Math.min(1, at(sizes, index) * factor)
  sizes[index] = size
  signs[index] = agreement < 0 ? 0 : sign
  logs[index] = Math.min(range.high, Math.max(range.low, at(logs, index) + sign * size))
}

/** Log posterior density of the hyperparameters (up to a constant) and its gradient. */
export function posterior(
  set: TrainingSet,
  logs: Float64Array,
): { readonly value: number; readonly gradient: Float64Array } {
  const { count } = set.rows
  const factor = covariance(set, logs)
  if (!factorise(factor, count))
    return { value: -Infinity, gradient: new Float64Array(logs.length) }
  const weights = Float64Array.from(set.targets)
  solveForward(factor, weights)
  const variance = profiledVariance(weights)
  solveBackward(factor, weights)
  let value = -0.5 * (count + 1) * Math.log(variance)
  for (let i = 0; i < count; i += 1) value -= Math.log(at(factor, i * count + i))
  const inverse = invert(factor, count)
  const gradient = likelihoodGradient(set, { logs, inverse, weights, variance })
  for (let i = 0; i < logs.length; i += 1) {
    const prior = rangeOf(set, i)
    const away = (at(logs, i) - prior.mean) / prior.deviation
    value -= 0.5 * away * away
    addTo(gradient, i, -away / prior.deviation)
  }
  return { value, gradient }
}

interface Solved {
  readonly logs: Float64Array
  readonly inverse: Float64Array
  readonly weights: Float64Array
  readonly variance: number
}

// d/dθ = ½ Σᵢⱼ (wᵢwⱼ/σ² − K⁻¹ᵢⱼ) ∂Kᵢⱼ/∂θ
function likelihoodGradient(set: TrainingSet, solved: Solved): Float64Array {
  const { rows, groups, groupCount } = set
  const { values, count, width } = rows
  const { inverse, weights, variance } = solved
  const inverses = inverseSquares(set, solved.logs)
  const noise = Math.exp(at(solved.logs, groupCount))
  const gradient = new Float64Array(groupCount + 1)
  const terms = new Float64Array(width)
  for (let i = 0; i < count; i += 1) {
    const scaled = at(weights, i) / variance
    addTo(
      gradient,
      groupCount,
      0.5 * noise * (scaled * at(weights, i) - at(inverse, i * count + i)),
    )
    for (let j = 0; j < i; j += 1) {
      let square = 0
      for (let axis = 0; axis < width; axis += 1) {
        const difference = at(values, i * width + axis) - at(values, j * width + axis)
        const term = difference * difference * at(inverses, axis)
        terms[axis] = term
        square += term
      }
      const pull = scaled * at(weights, j) - at(inverse, i * count + j)
      const slope = pull * maternSlope(square)
      for (let axis = 0; axis < width; axis += 1) {
        addTo(gradient, groups[axis] ?? 0, slope * at(terms, axis))
      }
    }
  }
  return gradient
}

function inverseSquares({ groups }: TrainingSet, logs: Float64Array): Float64Array {
  return Float64Array.from(groups, (group) => Math.exp(-2 * at(logs, group)))
}

/** The correlation matrix with noise on its diagonal. */
function covariance(set: TrainingSet, logs: Float64Array): Float64Array {
  const { count } = set.rows
  const noise = Math.exp(at(logs, set.groupCount)) + jitter
  const matrix = correlations(set.rows, inverseSquares(set, logs))
  for (let i = 0; i < count; i += 1) matrix[i * count + i] = 1 + noise
  return matrix
}

function correlations({ values, count, width }: Rows, inverses: Float64Array): Float64Array {
  const matrix = new Float64Array(count * count)
  for (let i = 0; i < count; i += 1) {
    matrix[i * count + i] = 1
    for (let j = 0; j < i; j += 1) {
      let square = 0
      for (let axis = 0; axis < width; axis += 1) {
        const difference = at(values, i * width + axis) - at(values, j * width + axis)
        square += difference * difference * at(inverses, axis)
      }
      matrix[i * count + j] = matern(square)
    }
  }
  return matrix
}

function matern(square: number): number {
  const distance = root5 * Math.sqrt(square)
  return (1 + distance + (5 / 3) * square) * Math.exp(-distance)
}

// ∂k/∂(log length) of an axis is this times the axis' share of the squared distance.
function maternSlope(square: number): number {
  const distance = root5 * Math.sqrt(square)
  return (5 / 3) * (1 + distance) * Math.exp(-distance)
}

function profiledVariance(halfSolved: Float64Array): number {
  // One pseudo-observation of variance 1 keeps tiny samples from claiming certainty.
  return (dot(halfSolved, halfSolved) + 1) / (halfSolved.length + 1)
}
