import type { ReactNode } from 'react'
import { KeyValues, Panel } from '../kit/page.tsx'
import { EmptyState } from '../kit/states.tsx'
import { TaskData } from '../provenance/task-data.tsx'
import { useTaskValues } from './use-task-values.ts'
import type { JobRun, RunTask } from './wire.ts'
import styles from './job-run-page.module.css'

/** Tables read and written with their versions, code, environment, and the values left for others. */
export function TaskInOut({
  run,
  task,
}: {
  readonly run: JobRun
  readonly task: RunTask
}): ReactNode {
  if (task.run_id === 0) return <EmptyState icon="table" title="It never began" />
  return (
    <div className={styles['body']}>
      <Values run={run} task={task} />
      <TaskData attempt={String(task.run_id)} />
    </div>
  )
}

function Values({ run, task }: { readonly run: JobRun; readonly task: RunTask }): ReactNode {
  const query = useTaskValues(run.run_id)
  const own = (query.data ?? []).filter((value) => value.task_key === task.task_key)
  if (own.length === 0) return null
  return (
    <div>
      <h3>Task values</h3>
      <Panel>
        <KeyValues
          facts={own.map(({ key, value }) => ({
            name: key,
            value: <code>{JSON.stringify(value)}</code>,
          }))}
        />
      </Panel>
    </div>
  )
}
