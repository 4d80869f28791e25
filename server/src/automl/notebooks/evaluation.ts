import type { Task } from '../types.ts'
import { binaryEvaluation } from './evaluation-binary.ts'
import { manyClassesEvaluation } from './evaluation-many-classes.ts'
import { regressionEvaluation } from './evaluation-regression.ts'
import type { Evaluation } from './evaluation-contract.ts'

export function evaluationFor({ task }: { readonly task: Task }): Evaluation {
  if (task.problem === 'regression') return regressionEvaluation(task)
  return task.positiveLabel === undefined ? manyClassesEvaluation(task) : binaryEvaluation(task)
}
