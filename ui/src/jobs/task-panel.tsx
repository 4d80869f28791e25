import type { ReactNode } from 'react'
import { CodeBlock, CopyId } from '../kit/code.tsx'
import { Segments } from '../kit/field.tsx'
import { Facts, KeyValues, Panel } from '../kit/page.tsx'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { Status, statusLook } from '../kit/status.tsx'
import { Tabs, type Tab } from '../kit/tabs.tsx'
import { Elapsed, RelativeTime } from '../kit/time.tsx'
import { CacheNote } from './cache-note.tsx'
import { LogView } from './log-view.tsx'
import { TaskInOut } from './task-in-out.tsx'
import { TaskIterations } from './task-iterations.tsx'
import { taskKind, taskTarget } from './task-kind.ts'
import { TaskResult } from './task-result.tsx'
import { useTaskRun } from './use-task-run.ts'
import { hasEnded, stateOf, type JobRun, type RunTask, type TaskRunDetails } from './wire.ts'
import styles from './job-run-page.module.css'

/** What of the panel the address keeps. */
export interface TaskPlace {
  readonly tab?: string
  readonly iteration?: string
}

/** Where a reader looks first: a condition has no log, a for-each has those of its iterations. */
const firstTabs: Readonly<Record<string, string>> = {
  condition_task: 'output',
  run_job_task: 'output',
  sql_task: 'output',
  for_each_task: 'iterations',
}

/** One attempt of a task: its log, its result, what it read and wrote, and how it was set. */
export function TaskPanel({
  run,
  task,
  attempts,
  place,
  onPlace,
  onAttempt,
}: {
  readonly run: JobRun
  readonly task: RunTask
  readonly attempts: readonly RunTask[]
  readonly place: TaskPlace
  readonly onPlace: (place: TaskPlace) => void
  readonly onAttempt: (attempt: RunTask) => void
}): ReactNode {
  const first = firstTabs[task.task_type ?? ''] ?? 'log'
  const details = useTaskRun(task.run_id, !hasEnded(task.state))
  const tabs = tabsOf({ run, task, details, place, onPlace })
  const active = tabs.find(({ id }) => id === place.tab)?.id ?? first
  const cache = details.data?.cache_decision
  return (
    <section aria-label={`Task ${task.task_key}`}>
      <div className={styles['taskHead']}>
        <h2>{task.task_key}</h2>
        <Status state={stateOf(task.state)} />
        {task.run_id !== 0 && (
          <Facts
            facts={[
              { name: 'Started', value: <RelativeTime time={task.start_time} /> },
              { name: 'Took', value: <Elapsed start={task.start_time} end={task.end_time} /> },
              { name: 'Id', value: <CopyId id={String(task.run_id)} /> },
            ]}
          />
        )}
        {attempts.length > 1 && (
          <Segments
            label="Try"
            value={String(task.run_id)}
            options={attempts.map((one, index) => ({
              value: String(one.run_id),
              label: `Try ${index + 1}: ${statusLook(stateOf(one.state)).word.toLowerCase()}`,
            }))}
            onChange={(id) => {
              const found = attempts.find((one) => String(one.run_id) === id)
              if (found !== undefined) onAttempt(found)
            }}
          />
        )}
      </div>
      <Message text={task.state?.state_message} unless={cache?.reason} />
      {cache !== undefined && <CacheNote decision={cache} />}
      <Tabs
        label="Task"
        active={active}
        onChange={(next) => onPlace({ tab: next === first ? '' : next })}
        tabs={tabs}
      />
    </section>
  )
}

/** What the attempt says of itself, unless something else on the page says it. */
function Message({
  text,
  unless,
}: {
  readonly text: string | undefined
  readonly unless: string | undefined
}): ReactNode {
  return text === undefined || text === '' || text === unless ? null : <p>{text}</p>
}

function tabsOf(of: {
  readonly run: JobRun
  readonly task: RunTask
  readonly details: ReturnType<typeof useTaskRun>
  readonly place: TaskPlace
  readonly onPlace: (place: TaskPlace) => void
}): Tab<string>[] {
  const { run, task, details, place, onPlace } = of
  const log = {
    id: 'log',
    label: 'Log',
    content: <TaskLog task={task} hit={details.data?.cache_decision?.hit ?? false} />,
  }
  const iterations = {
    id: 'iterations',
    label: 'Iterations',
    content: (
      <TaskIterations
        query={details}
        chosen={place.iteration}
        onChoose={(iteration) => onPlace({ iteration })}
      />
    ),
  }
  const loops = task.task_type === 'for_each_task'
  const silent = loops || task.task_type === 'condition_task' || task.task_type === 'run_job_task'
  return [
    ...(loops ? [iterations] : []),
    ...(silent ? [] : [log]),
    { id: 'output', label: 'Output', content: <TaskResult task={task} details={details.data} /> },
    { id: 'data', label: 'Inputs and outputs', content: <TaskInOut run={run} task={task} /> },
    { id: 'settings', label: 'Settings', content: <TaskSettings task={task} query={details} /> },
  ]
}

function TaskLog({
  task,
  hit,
}: {
  readonly task: RunTask
  /** An earlier result stood for it. */
  readonly hit: boolean
}): ReactNode {
  if (hit) {
    return (
      <EmptyState icon="history" title="It did not run, so there is no log">
        The run whose result stands for it has one.
      </EmptyState>
    )
  }
  if ((task.start_time ?? 0) === 0) {
    return <EmptyState icon="clock" title="It has not started, so there is no log" />
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

function TaskSettings({
  task,
  query,
}: {
  readonly task: RunTask
  readonly query: ReturnType<typeof useTaskRun>
}): ReactNode {
  if (task.run_id === 0) {
    return (
      <EmptyState icon="info" title="It never began">
        How it is set is on the page of the job.
      </EmptyState>
    )
  }
  return (
    <Loaded query={query} what="load the settings" skeleton={<SkeletonBlock />}>
      {(found) => <SettingsFound task={task} found={found} />}
    </Loaded>
  )
}

function SettingsFound({
  task,
  found,
}: {
  readonly task: RunTask
  readonly found: TaskRunDetails
}): ReactNode {
  const settings = found.tasks?.[0] ?? {}
  const target = taskTarget(settings)
  const resolved = Object.values(found.resolved_values ?? {})
  return (
    <div className={styles['body']}>
      <Panel>
        <KeyValues
          facts={[
            { name: 'Kind', value: taskKind(settings) },
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
      {resolved.length > 0 && (
        <div>
          <h3>As it ran, every reference replaced</h3>
          <CodeBlock
            text={JSON.stringify(found.resolved_values, null, 2)}
            language="JSON"
            maxHeight={280}
          />
        </div>
      )}
      <div>
        <h3>As it is set</h3>
        <CodeBlock text={settingsText(settings)} language="JSON" maxHeight={360} />
      </div>
    </div>
  )
}

/** What runs/get adds to the settings of a task. */
const added = new Set([
  'run_id',
  'state',
  'status',
  'start_time',
  'end_time',
  'setup_duration',
  'execution_duration',
  'cleanup_duration',
  'run_duration',
  'queue_duration',
  'attempt_number',
  'original_attempt_run_id',
  'resolved_values',
  'run_page_url',
  'cache_decision',
])

function settingsText(task: Readonly<Record<string, unknown>>): string {
  const own = Object.fromEntries(Object.entries(task).filter(([name]) => !added.has(name)))
  return JSON.stringify(own, null, 2)
}
