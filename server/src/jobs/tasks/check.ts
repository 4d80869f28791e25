import { jobsErrors } from '../errors.ts'
import type { NestedTask, Task } from '../settings-schema.ts'

/** What the shape of a task type cannot say. */
export function checkTaskType(task: Task | NestedTask): void {
  const { task_key: key } = task
  checkWorkspacePath(key, 'spark_python_task.python_file', task.spark_python_task?.python_file)
  checkWorkspacePath(key, 'notebook_task.notebook_path', task.notebook_task?.notebook_path)
  checkWorkspacePath(key, 'sql_task.file.path', task.sql_task?.file?.path)
  checkOperator(key, task.python_operator_task?.parameters)
  if (task.sql_task) checkSql(key, task.sql_task)
  if (task.python_wheel_task?.parameters && task.python_wheel_task.named_parameters) {
    throw jobsErrors.JOBS_SETTINGS_INVALID(
      `Task '${key}' gives python_wheel_task both parameters and named_parameters; use one`,
    )
  }
}

// A reference may stand for the whole path; it is looked at again when the task runs.
function checkWorkspacePath(key: string, field: string, path: string | undefined): void {
  if (path === undefined || path.startsWith('/') || path.startsWith('{{')) return
  throw jobsErrors.JOBS_SETTINGS_INVALID(
    `${field} of task '${key}' is '${path}'; expected an absolute workspace path such as /Workspace/Users/me/${path.split('/').at(-1)}`,
  )
}

function checkSql(key: string, sql: NonNullable<Task['sql_task']>): void {
  for (const field of ['query', 'alert', 'dashboard'] as const) {
    if (sql[field] !== undefined) {
      throw jobsErrors.JOBS_FIELD_UNSUPPORTED(
        `sql_task.${field}`,
        `task '${key}' must name a .sql file of the workspace in sql_task.file`,
      )
    }
  }
  if (!sql.file) {
    throw jobsErrors.JOBS_SETTINGS_INVALID(`Task '${key}' names no file in sql_task.file`)
  }
}

/** Each argument is given once. */
function checkOperator(
  taskKey: string,
  parameters: readonly { readonly name: string }[] = [],
): void {
  const names = parameters.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice === undefined) return
  throw jobsErrors.JOBS_SETTINGS_INVALID(
    `python_operator_task of task '${taskKey}' gives parameter '${twice}' twice; name it once`,
  )
}
