import type { ReactNode } from 'react'
import { CodeBlock, CopyId } from '../kit/code.tsx'
import { Facts, KeyValues, Panel } from '../kit/page.tsx'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { Elapsed, RelativeTime } from '../kit/time.tsx'
import { TaskData } from '../provenance/task-data.tsx'
import { LogView } from './log-view.tsx'
import { taskKind, taskTarget } from './task-kind.ts'
import { useTaskOutput } from './use-task-output.ts'
import { hasEnded, stateOf, type JobRun, type RunTask } from './wire.ts'
import styles from './job-run-page.module.css'

const tabIds = ['log', 'output', 'data', 'settings'] as const

/** One task of a run: its log, its result, the tables it read and wrote, and how it was set. */
export function TaskPanel({
  run,
  task,
  tab,
  onTab,
}: {
  readonly run: JobRun
  readonly task: RunTask
  readonly tab: string | undefined
  readonly onTab: (tab: string) => void
}): ReactNode {
  const tries = (run.tasks ?? []).filter((one) => one.task_key === task.task_key).length
  const active = tabIds.find((id) => id === tab) ?? 'log'
  return (
    <section aria-label={`Task ${task.task_key}`}>
      <div className={styles['taskHead']}>
        <h2>{task.task_key}</h2>
        <Status state={stateOf(task.state)} />
        <Facts
          facts={[
            { name: 'Started', value: <RelativeTime time={task.start_time} /> },
            { name: 'Took', value: <Elapsed start={task.start_time} end={task.end_time} /> },
            ...(tries > 1 ? [{ name: 'Tries', value: String(tries) }] : []),
            { name: 'Id', value: <CopyId id={String(task.run_id)} /> },
          ]}
        />
      </div>
      {task.state?.state_message !== undefined && task.state.state_message !== '' && (
        <p>{task.state.state_message}</p>
      )}
      <Tabs
        label="Task"
        active={active}
        onChange={(next) => onTab(next === 'log' ? '' : next)}
        tabs={[
          { id: 'log', label: 'Log', content: <TaskLogTab task={task} /> },
          { id: 'output', label: 'Output', content: <TaskOutput task={task} /> },
          {
            id: 'data',
            label: 'Inputs and outputs',
            content: <TaskData attempt={String(task.run_id)} />,
          },
          { id: 'settings', label: 'Settings', content: <TaskSettings task={task} /> },
        ]}
      />
    </section>
  )
}

function TaskLogTab({ task }: { readonly task: RunTask }): ReactNode {
  if ((task.start_time ?? 0) === 0) {
    return <EmptyState icon="clock" title="It has not started, so there is no log yet" />
  }
  return (
    <LogView
      key={task.run_id}
      taskRunId={task.run_id}
      running={!hasEnded(task.state)}
      name={task.task_key}
    />
  )
}

function TaskOutput({ task }: { readonly task: RunTask }): ReactNode {
  const query = useTaskOutput(task.run_id, hasEnded(task.state))
  if (!hasEnded(task.state)) return <EmptyState icon="clock" title="It has not ended yet" />
  return (
    <Loaded query={query} what="load the output" skeleton={<SkeletonBlock />}>
      {(output) => {
        const result = output.notebook_output?.result
        const trace = output.error_trace ?? output.error
        if (trace !== undefined && trace !== '') return <CodeBlock text={trace} maxHeight={420} />
        if (result !== undefined && result !== '')
          return <CodeBlock text={result} maxHeight={420} />
        return (
          <EmptyState icon="info" title="It returned nothing">
            A notebook returns a value with dbutils.notebook.exit.
          </EmptyState>
        )
      }}
    </Loaded>
  )
}

function TaskSettings({ task }: { readonly task: RunTask }): ReactNode {
  const { state: _state, run_id: _id, ...settings } = task
  const target = taskTarget({ ...task })
  return (
    <>
      <Panel>
        <KeyValues
          facts={[
            { name: 'Kind', value: taskKind({ ...task }) },
            ...(target === undefined ? [] : [{ name: 'Runs', value: <code>{target}</code> }]),
            {
              name: 'After',
              value: (task.depends_on ?? []).map((one) => one.task_key).join(', ') || 'nothing',
            },
            {
              name: 'Runs if',
              value: (task.run_if ?? 'ALL_SUCCESS').toLowerCase().replaceAll('_', ' '),
            },
          ]}
        />
      </Panel>
      <div style={{ marginTop: 12 }}>
        <CodeBlock text={JSON.stringify(settings, null, 2)} language="JSON" maxHeight={360} />
      </div>
    </>
  )
}
