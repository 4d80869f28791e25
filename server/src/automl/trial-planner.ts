/**
 * Which configuration a search tries next, as a pure function of its trials.
 *
 * First each learner's own first configurations, the baseline before all; then whatever the sampler finds most
 * promising over all learners and their parameters at once. Trial n is planned from the results of
 * trials up to n − lag and from nothing else, however fast the later ones were: the same seed gives
 * the same search on every machine, and a restart changes nothing.
 */
import { findLearner, learnersFor } from './learners/all.ts'
import { baseline } from './learners/baseline.ts'
import type { Learner } from './learners/learner.ts'
import { toLoss } from './metrics.ts'
import { samplers } from './samplers/all.ts'
import type { Observation } from './samplers/sampler.ts'
import type { Parameter, Point, Space } from './samplers/space.ts'
import { TrialState, type SearchSpec, type Task, type Trial } from './types.ts'

export interface PlannedTrial {
  readonly number: number
  readonly learner: Learner
  readonly point: Point
}

export interface Planner {
  /** The next trial; undefined while it waits for results, or when there is nothing left to try. */
  readonly next: (trials: readonly Trial[]) => PlannedTrial | undefined
}

const chooser = 'learner'
/** Too few results say nothing; with fewer the sampler spreads its suggestions. */
const fewestObservations = 3

export function openPlanner(spec: SearchSpec, task: Task): Planner {
  const taking = learnersFor(task, spec.learners)
  const searched = taking.filter((learner) => learner !== baseline)
  const space = jointSpace(task, searched)
  const sampler = samplers[spec.sampler]({
    space,
    seed: spec.seed,
    startCount: fewestObservations,
  })
  // Twice the slots, so that a slow trial seldom keeps the other slots waiting for its result.
  const lag = spec.parallelism === 1 ? 1 : 2 * spec.parallelism
  const opening = openingOf(task, taking)
  // The same object for the same result, so that the sampler knows what it has seen before.
  const seen = new Map<string, Observation>()
  const observe = (trial: Trial, isKnown: boolean): Observation[] => {
    if (trial.learner === baseline.name) return []
    const loss = isKnown ? lossOf(spec, trial) : undefined
    const key = `${trial.number} ${loss}`
    const observation = seen.get(key) ?? toObservation(trial, loss)
    seen.set(key, observation)
    return [observation]
  }
  return {
    next: (trials) => {
      const number = trials.length + 1
      const first = opening[number - 1]
      if (first) return { number, ...first }
      if (searched.length === 0) return undefined
      const waitsFor = trials.filter((trial) => trial.number <= number - lag)
      if (waitsFor.some(({ state }) => state === TrialState.Running)) return undefined
      const history = trials.flatMap((trial) => observe(trial, trial.number <= number - lag))
      const joint = sampler.suggest(history)
      const learner = findLearner(String(joint[chooser]))
      if (!learner) throw new Error(`The space names an unknown learner ${String(joint[chooser])}`)
      return { number, learner, point: pointOf(learner, joint) }
    },
  }
}

/** Every learner's best guess, then every learner's second, and so on. */
function openingOf(task: Task, learners: readonly Learner[]): Omit<PlannedTrial, 'number'>[] {
  const guesses = learners.map((learner) => ({ learner, points: learner.firsts(task) }))
  const rounds = Math.max(...guesses.map(({ points }) => points.length))
  return Array.from({ length: rounds }, (_, round) =>
    guesses.flatMap(({ learner, points }) => {
      const point = points[round]
      return point === undefined ? [] : [{ learner, point }]
    }),
  ).flat()
}

/** All learners' spaces behind one choice; a parameter is named `learner.parameter`. */
function jointSpace(task: Task, learners: readonly Learner[]): Space {
  const choices = learners.map(({ name }) => name)
  if (choices.length === 0)
    return [{ kind: 'categorical', name: chooser, choices: [baseline.name] }]
  return [
    { kind: 'categorical', name: chooser, choices },
    ...learners.flatMap((learner) =>
      learner.space(task).map((parameter): Parameter => ({
        ...parameter,
        name: `${learner.name}.${parameter.name}`,
        when: { name: chooser, equals: learner.name },
      })),
    ),
  ]
}

function pointOf(learner: Learner, joint: Point): Point {
  const prefix = `${learner.name}.`
  return Object.fromEntries(
    Object.entries(joint)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  )
}

function toObservation({ learner, point }: Trial, loss: number | undefined): Observation {
  const parameters = Object.entries(point).map(([name, value]) => [`${learner}.${name}`, value])
  const joint = { [chooser]: learner, ...Object.fromEntries(parameters) } as Point
  return loss === undefined ? { point: joint } : { point: joint, loss }
}

/** Absent while the trial runs; infinite when it failed. */
function lossOf({ metric }: SearchSpec, { state, score }: Trial): number | undefined {
  if (state === TrialState.Running) return undefined
  return state === TrialState.Finished && score !== undefined ? toLoss(metric, score) : Infinity
}
