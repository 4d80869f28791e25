import { cached } from '../cache/cached-task.ts'
import { approvalTask } from './approval-task.ts'
import { conditionTask } from './condition-task.ts'
import type { TaskType } from './contract.ts'
import { notebookTask } from './notebook-task.ts'
import { pythonOperatorTask } from './python-operator-task.ts'
import { pythonWheelTask } from './python-wheel-task.ts'
import { runJobTask } from './run-job-task.ts'
import { sparkPythonTask } from './spark-python-task.ts'
import { sqlTask } from './sql-task.ts'
import type { TaskField } from './schemas.ts'

/** The strategy of every task type, by its field in a task. */
export const taskTypes: Readonly<Record<TaskField, TaskType>> = {
  spark_python_task: cached(sparkPythonTask),
  notebook_task: cached(notebookTask),
  python_wheel_task: cached(pythonWheelTask),
  python_operator_task: cached(pythonOperatorTask),
  sql_task: cached(sqlTask),
  condition_task: conditionTask,
  run_job_task: runJobTask,
  approval_task: approvalTask,
}
