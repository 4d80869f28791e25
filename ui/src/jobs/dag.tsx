import { useMemo, type ReactNode } from 'react'
import type { GraphEdge, GraphNode } from '../kit/graph.tsx'
import { LazyGraph } from '../kit/lazy-graph.tsx'
import { Status, statusLook } from '../kit/status.tsx'
import { Elapsed } from '../kit/time.tsx'
import { taskKind } from './task-kind.ts'
import { stateOf, type JobTask, type RunTask, type TaskRef } from './wire.ts'
import styles from './dag.module.css'

interface TaskLike {
  readonly task_key: string
  readonly depends_on?: readonly TaskRef[]
}

function edgesOf(tasks: readonly TaskLike[], active: ReadonlySet<string>): GraphEdge[] {
  return tasks.flatMap((task) =>
    (task.depends_on ?? []).map((before) => ({
      from: before.task_key,
      to: task.task_key,
      active: active.has(task.task_key),
      ...(before.outcome === undefined ? {} : { label: before.outcome }),
    })),
  )
}

/** Narrow enough that nine tasks in a row can be read on a laptop. */
const nodeWidth = 142

const running = new Set(['RUNNING', 'PENDING', 'TERMINATING'])

/** A tenth of a second is the least that the box tells. */
function took({ start_time: start = 0, end_time: end = 0 }: RunTask): boolean {
  return end === 0 || end - start >= 50
}

/** The tasks of a run and where each stands; it changes as the run goes on. */
export function RunDag({
  tasks,
  selected,
  onSelect,
}: {
  readonly tasks: readonly RunTask[]
  readonly selected: string | undefined
  readonly onSelect: (taskKey: string) => void
}): ReactNode {
  const active = new Set(
    tasks
      .filter((task) => running.has(task.state?.life_cycle_state ?? ''))
      .map((task) => task.task_key),
  )
  const nodes = tasks.map((task): GraphNode => {
    const look = statusLook(stateOf(task.state))
    return {
      id: task.task_key,
      label: `${task.task_key}: ${look.word}`,
      tone: look.tone,
      content: (
        <>
          <span className={styles['name']}>{task.task_key}</span>
          <span className={styles['line']}>
            <Status state={stateOf(task.state)} />
            {(task.start_time ?? 0) > 0 &&
              took(task) &&
              task.state?.life_cycle_state !== 'BLOCKED' && (
                <Elapsed start={task.start_time} end={task.end_time} short />
              )}
          </span>
        </>
      ),
    }
  })
  return (
    <LazyGraph
      label="Tasks of the run"
      nodes={nodes}
      edges={edgesOf(tasks, active)}
      selected={selected}
      onSelect={onSelect}
      nodeWidth={nodeWidth}
    />
  )
}

/** The tasks of a job, as it would run now. */
export function JobDag({ tasks }: { readonly tasks: readonly JobTask[] }): ReactNode {
  const nodes = useMemo(
    () =>
      tasks.map((task): GraphNode => ({
        id: task.task_key,
        label: `${task.task_key}: ${taskKind(task)}`,
        tone: task['approval_task'] === undefined ? 'accent' : 'warn',
        content: (
          <>
            <span className={styles['name']}>{task.task_key}</span>
            <span className={styles['line']}>{taskKind(task)}</span>
          </>
        ),
      })),
    [tasks],
  )
  return (
    <LazyGraph
      label="Tasks of the job"
      nodes={nodes}
      edges={edgesOf(tasks, new Set())}
      nodeWidth={nodeWidth}
    />
  )
}
