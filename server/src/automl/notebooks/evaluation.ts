import type { Task } from '../types.ts'
import { binaryEvaluation } from './evaluation-binary.ts'
import { manyClassesEvaluation } from './evaluation-many-classes.ts'
import { regressionEvaluation } from './evaluation-regression.ts'
import type { Cell } from './notebook.ts'

/**
 * How a model is judged. The cells agree on these names: `X`, `y`, `model` come in; `scores` (a row
 * per fold, a column per metric), `fitted` and `test` (of the last fold) and `importance` go out.
 */
export interface Evaluation {
  readonly imports: readonly string[]
  readonly crossValidate: readonly Cell[]
  readonly importance: readonly Cell[]
  readonly mistakes: readonly Cell[]
}

export function evaluationFor({ task }: { readonly task: Task }): Evaluation {
  if (task.problem === 'regression') return regressionEvaluation(task)
  return task.positiveLabel === undefined ? manyClassesEvaluation(task) : binaryEvaluation(task)
}
