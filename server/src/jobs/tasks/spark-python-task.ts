import type { TaskType } from './contract.ts'
import { runProcess } from './process-attempt.ts'

/** A Python script of the workspace, run as `__main__` with its arguments. */
export const sparkPythonTask: TaskType = {
  how: 'work',
  run: (ctx, attempt, signals) => {
    const { python_file: file = '', parameters = [] } = attempt.task.spark_python_task ?? {}
    return runProcess(ctx, attempt, {
      signals,
      plan: { file, entry: ({ path }) => ({ kind: 'script', path, argv: parameters }) },
    })
  },
}
