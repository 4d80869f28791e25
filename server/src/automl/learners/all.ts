import type { Task } from '../types.ts'
import { baseline } from './baseline.ts'
import { extraTrees } from './extra-trees.ts'
import type { Learner } from './learner.ts'
import { lightgbm } from './lightgbm.ts'
import { logisticRegression } from './logistic-regression.ts'
import { randomForest } from './random-forest.ts'
import { ridge } from './ridge.ts'
import { supportVectors } from './support-vectors.ts'
import { xgboost } from './xgboost.ts'

/** Every learner, in the order in which a search tries their first configurations. */
export const learners: readonly Learner[] = [
  baseline,
  logisticRegression,
  ridge,
  lightgbm,
  xgboost,
  randomForest,
  supportVectors,
  extraTrees,
]

export const learnerNames: readonly string[] = learners.map(({ name }) => name)

export function findLearner(name: string): Learner | undefined {
  return learners.find((learner) => learner.name === name)
}

/** Those that can do the task, of the ones asked for when any are. */
export function learnersFor(task: Task, asked: readonly string[] | undefined): readonly Learner[] {
  return learners.filter(
    (learner) =>
      learner.fits(task) &&
      (asked === undefined || learner === baseline || asked.includes(learner.name)),
  )
}
