import type { TaskType } from './contract.ts'
import { runProcess } from './process-attempt.ts'

/** A function of an installed package, called with named arguments. */
export const pythonOperatorTask: TaskType = {
  how: 'work',
  run: (ctx, attempt, signals) => {
    const { main, parameters = [] } = attempt.task.python_operator_task ?? {}
    const values = Object.fromEntries(parameters.map(({ name, value = '' }) => [name, value]))
    return runProcess(ctx, attempt, {
      signals,
      plan: {
        entry: () => ({
          kind: 'module',
          module: 'millrace._operator_task',
          function: 'run',
          args: { main, parameters: values },
        }),
      },
    })
  },
}
