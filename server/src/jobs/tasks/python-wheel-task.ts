import type { PythonWheelTask } from './schemas.ts'
import type { TaskType } from './contract.ts'
import { runProcess } from './process-attempt.ts'

/** An entry point of an installed wheel, or a function of its package. */
export const pythonWheelTask: TaskType = {
  how: 'work',
  run: (ctx, attempt, signals) => {
    const wheel = attempt.task.python_wheel_task
    return runProcess(ctx, attempt, {
      signals,
      plan: {
        entry: () => ({
          kind: 'module',
          module: 'millrace._wheel_task',
          function: 'run',
          args: { package: wheel?.package_name, entry_point: wheel?.entry_point },
          argv: argumentsOf(wheel),
        }),
      },
    })
  },
}

function argumentsOf(wheel: PythonWheelTask | undefined): string[] {
  const named = Object.entries(wheel?.named_parameters ?? {})
  return wheel?.parameters ?? named.map(([name, value]) => `--${name}=${value}`)
}
