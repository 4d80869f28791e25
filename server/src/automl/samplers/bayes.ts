/**
 * Bayesian optimisation: a Gaussian process over what has been seen, and the place of the greatest
 * expected improvement next (Jones et al. 1998; its logarithm, as in Ament et al. 2023).
 *
 * How much is known decides how a place is found:
 *
 *   fewer trials than `startCount`   places spread evenly over the space
 *   up to `globalLimit`              a model of each branch, the hyperparameters fitted again whenever
 *                                    the history has grown by a tenth
 *   more                             a model of the neighbourhood of the best, which names a batch of
 *                                    places at once, so that a suggestion costs microseconds
 *
 * Trials that still run stand in the model with the loss that it expects of them, so that parallel
 * trials do not look at the same place. Failed ones count as the worst loss seen.
 */
import { branchesOf, observationsOf, type Branch } from './branches.ts'
import { pointOf } from './encoding.ts'
import { globalLimit, batchStart, localBatch } from './local-batch.ts'
import { findPromising, type Candidate, type SearchEffort } from './promise-search.ts'
import { openRng } from './rng.ts'
import type { Observation, OpenSampler } from './sampler.ts'
import { assertSpace, type Point, type Space } from './space.ts'
import { openSurrogate, planSurrogates, type SurrogatePlan } from './surrogate.ts'

const effort = { spread: 200, near: 200, refined: 5, steps: 60 }
/** Where there are several branches, for each of them. */
const sharedEffort = { spread: 80, near: 120, refined: 3, steps: 40 }

export const openBayesSampler: OpenSampler = ({ space, seed, ...options }) => {
  assertSpace(space)
  const branches = branchesOf(space)
  const startCount = options.startCount ?? Math.max(4, Math.min(2 * space.length, 20))
  const planned = remember((basis) => planSurrogates(branches, basis))
  const batches = remember((basis) =>
    localBatch(branches, basis, { plan: planned(basis, globalLimit), seed }),
  )
  return {
    suggest: (history) => {
      const size = history.length
      if (countKnown(history) < startCount) return evenlySpread(space, seed, size)
      if (size >= globalLimit) {
        const begin = batchStart(size)
        return batches(history, begin)[size - begin] ?? evenlySpread(space, seed, size)
      }
      const plan = planned(history, fitSize(size, startCount))
      return mostPromising(branches, history, { plan, seed })
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

interface Found extends Candidate {
  readonly branch: Branch
}

function mostPromising(
  branches: readonly Branch[],
  history: readonly Observation[],
  { plan, seed }: { readonly plan: SurrogatePlan; readonly seed: number },
): Point {
  const size = history.length
  let best: Found | undefined
  for (const [index, branch] of branches.entries()) {
    const rng = openRng(seed, size * branches.length + index)
    const hyper = plan.hypers[index]
    if (!hyper) {
      // Whoever has not been tried goes first.
      if (observationsOf(branch, history).length > 0) continue
      return branch.toPoint(Float64Array.from(branch.encoding.space, () => rng()))
    }
    const surrogate = openSurrogate(branch, history, { share: plan.share, hyper })
    const spent: SearchEffort = branches.length === 1 ? effort : sharedEffort
    const width = branch.encoding.space.length
    const [found] = findPromising(surrogate, width, { ...spent, rng })
    if (found && (!best || found.promise > best.promise)) best = { ...found, branch }
  }
  if (!best) throw new Error('A plan knows no branch at all')
  return best.branch.toPoint(best.genome)
}
