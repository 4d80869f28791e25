import type { NestedTask } from './settings-schema.ts'
import type { JobRun } from './types.ts'

type Values = Readonly<Record<string, string>>

/**
 * The task with this run's parameters in it. Job parameters go to every task type that takes names
 * and values and beat the task's own; what a run-now call named for the task type beats both.
 */
export function applyParameters(task: NestedTask, run: JobRun): NestedTask {
  const { overrides, parameters } = run
  const merge = (own: Values | undefined, given: Values | undefined): Record<string, string> => ({
    ...own,
    ...parameters,
    ...given,
  })
  if (task.notebook_task) {
    const base = merge(task.notebook_task.base_parameters, overrides.notebook_params)
    return { ...task, notebook_task: { ...task.notebook_task, base_parameters: base } }
  }
  if (task.sql_task) {
    const values = merge(task.sql_task.parameters, overrides.sql_params)
    return { ...task, sql_task: { ...task.sql_task, parameters: values } }
  }
  if (task.spark_python_task && overrides.python_params) {
    const python = { ...task.spark_python_task, parameters: [...overrides.python_params] }
    return { ...task, spark_python_task: python }
  }
  return task.python_wheel_task ? { ...task, python_wheel_task: wheelOf(task, run, merge) } : task
}

function wheelOf(
  task: NestedTask,
  run: JobRun,
  merge: (own: Values | undefined, given: Values | undefined) => Record<string, string>,
): NonNullable<NestedTask['python_wheel_task']> {
  const { package_name, entry_point, parameters, named_parameters } = task.python_wheel_task ?? {
    package_name: '',
    entry_point: '',
  }
  const { python_params: positional, python_named_params: named } = run.overrides
  const bare = { package_name, entry_point }
  if (positional) return { ...bare, parameters: [...positional] }
  if (parameters && !named) return { ...bare, parameters }
  return { ...bare, named_parameters: merge(named_parameters, named) }
}
