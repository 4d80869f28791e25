import { ColumnKind, type Task } from '../types.ts'
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

/** The columns whose groups are judged apart. */
const mostCategories = 6

export function categoriesOf(task: Task): string[] {
  return task.features
    .filter(({ kind }) => kind === ColumnKind.Categorical || kind === ColumnKind.Boolean)
    .slice(0, mostCategories)
    .map(({ name }) => name)
}
