import type { ReactNode } from 'react'
import { useNow } from '../kit/clock.ts'
import { formatClock, formatDuration } from '../kit/format.ts'
import { statusLook, StatusSquare } from '../kit/status.tsx'
import { hasEnded, stateOf, type JobRun, type RunTask } from './wire.ts'
import styles from './gantt.module.css'

interface Span {
  readonly start: number
  readonly end: number
}

function spanOf(task: RunTask, now: number): Span | undefined {
  if (task.start_time === undefined || task.start_time === 0) return undefined
  const open = task.end_time === undefined || task.end_time === 0
  return { start: task.start_time, end: open ? now : task.end_time }
}

/** When each task ran, on one line of time; retries are lines of their own. */
export function Gantt({
  run,
  tasks,
  selected,
  onSelect,
}: {
  readonly run: JobRun
  readonly tasks: readonly RunTask[]
  readonly selected: string | undefined
  readonly onSelect: (taskKey: string) => void
}): ReactNode {
  const ticking = useNow(hasEnded(run.state) ? 3_600_000 : 1000)
  const now = hasEnded(run.state) ? (run.end_time ?? ticking) : ticking
  const start = run.start_time ?? now
  const ends = tasks.flatMap((task) => spanOf(task, now)?.end ?? [])
  const whole = Math.max(1, Math.max(now, ...ends) - start)
  return (
    <div className={styles['frame']}>
      <div className={styles['grid']} role="list" aria-label="When each task ran">
        {tasks.map((task) => {
          const span = spanOf(task, now)
          const look = statusLook(stateOf(task.state))
          const attempt =
            (task.attempt_number ?? 0) > 0 ? ` (try ${(task.attempt_number ?? 0) + 1})` : ''
          return (
            <div
              key={`${task.task_key} ${task.run_id}`}
              role="listitem"
              className={styles['row']}
              data-selected={task.task_key === selected}
            >
              <button
                type="button"
                className={styles['name']}
                title={task.task_key}
                onClick={() => onSelect(task.task_key)}
              >
                <StatusSquare state={stateOf(task.state)} />
                <span>
                  {task.task_key}
                  {attempt}
                </span>
              </button>
              <div className={styles['track']}>
                {span !== undefined && (
                  <span
                    className={styles['bar']}
                    data-tone={look.tone}
                    title={`${formatClock(span.start)} – ${formatClock(span.end)}`}
                    style={{
                      left: `${((span.start - start) / whole) * 100}%`,
                      width: `${((span.end - span.start) / whole) * 100}%`,
                    }}
                  />
                )}
              </div>
              <div className={styles['took']}>
                {span === undefined ? '–' : formatDuration(span.end - span.start)}
              </div>
            </div>
          )
        })}
      </div>
    </div>
  )
}
