import type { Point, Space } from '../samplers/space.ts'
import type { Task } from '../types.ts'

export interface EstimatorSource {
  readonly imports: readonly string[]
  /** Python lines that leave the unfitted estimator in the variable `estimator`. */
  readonly lines: readonly string[]
}

/** A kind of model: what can be searched about it, and the Python that makes it. */
export interface Learner {
  /** How a search and a notebook's file name call it. */
  readonly name: string
  /** How people call it. */
  readonly title: string
  /** Whether it takes columns centred and scaled. */
  readonly scaled: boolean
  /** Packages that it needs besides pandas, scikit-learn and MLflow. */
  readonly packages: readonly string[]
  readonly fits: (task: Task) => boolean
  readonly space: (task: Task) => Space
  /** Configurations to try before anything is known, the best on most tables first. */
  readonly firsts: (task: Task) => readonly Point[]
  readonly source: (task: Task, point: Point) => EstimatorSource
}

export function isClassification({ problem }: Task): boolean {
  return problem === 'classification'
}

/** Weighing classes by rarity helps only what is counted at a threshold. */
export function weighsClasses(task: Task): boolean {
  return isClassification(task) && (task.metric === 'f1' || task.metric === 'recall')
}

/** The parameter `class_weight` where it helps. */
export function classWeightSpace(task: Task): Space {
  if (!weighsClasses(task)) return []
  return [{ kind: 'categorical', name: 'class_weight', choices: ['balanced', null] }]
}

export function classWeightFirst(task: Task): Point {
  return weighsClasses(task) ? { class_weight: 'balanced' } : {}
}

/** Rows that a leaf needs before anything is known: fewer in small tables. */
export function usualLeafSize({ rows }: Task): number {
  return Math.round(Math.min(40, Math.max(5, rows / 150)))
}
