import { approvalTask } from './approval-task.ts'
import { conditionTask } from './condition-task.ts'
import type { TaskType } from './contract.ts'
import { runJobTask } from './run-job-task.ts'
import type { TaskField } from './schemas.ts'

/** The strategy of every task type, by its field in a task. */
export const taskTypes: Partial<Readonly<Record<TaskField, TaskType>>> = {
  condition_task: conditionTask,
  run_job_task: runJobTask,
  approval_task: approvalTask,
}
