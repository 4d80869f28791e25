import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, type ReactNode } from 'react'
import { useNow } from '../kit/clock.ts'
import { formatClock, formatDuration } from '../kit/format.ts'
import { statusLook, StatusSquare } from '../kit/status.tsx'
import { timeTicks } from './time-ticks.ts'
import { hasEnded, stateOf, type JobRun, type RunTask } from './wire.ts'
import styles from './gantt.module.css'

const rowHeight = 32
const tallest = 15 * rowHeight

interface Span {
  readonly start: number
  readonly end: number
}

function spanOf(task: RunTask, now: number): Span | undefined {
  if (task.start_time === undefined || task.start_time === 0) return undefined
  const open = task.end_time === undefined || task.end_time === 0
  return { start: task.start_time, end: open ? now : task.end_time }
}

/** When each attempt ran, on one line of time. Only the rows in sight are in the page. */
export function Gantt({
  run,
  attempts,
  selected,
  onSelect,
}: {
  readonly run: JobRun
  readonly attempts: readonly RunTask[]
  readonly selected: RunTask
  readonly onSelect: (attempt: RunTask) => void
}): ReactNode {
  const frame = useRef<HTMLDivElement>(null)
  const ticking = useNow(hasEnded(run.state) ? 3_600_000 : 1000)
  const now = hasEnded(run.state) ? (run.end_time ?? ticking) : ticking
  const spans = attempts.flatMap((task) => spanOf(task, now) ?? [])
  const start = spans.reduce((least, span) => Math.min(least, span.start), now)
  const end = spans.reduce((most, span) => Math.max(most, span.end), start)
  const whole: Span = { start, end: Math.max(end, start + 1) }
  const virtual = useVirtualizer({
    count: attempts.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  })
  return (
    <div className={styles['frame']}>
      <Axis whole={whole} />
      <div
        ref={frame}
        className={styles['rows']}
        style={{ height: Math.min(tallest, attempts.length * rowHeight) }}
      >
        <div
          role="list"
          aria-label="When each task ran"
          style={{ height: virtual.getTotalSize(), position: 'relative' }}
        >
          {virtual.getVirtualItems().map((item) => {
            const task = attempts[item.index]
            return (
              task && (
                <Row
                  key={item.key}
                  task={task}
                  top={item.start}
                  whole={whole}
                  span={spanOf(task, now)}
                  place={`${item.index + 1} of ${attempts.length}`}
                  selected={task.task_key === selected.task_key && task.run_id === selected.run_id}
                  onSelect={() => onSelect(task)}
                />
              )
            )
          })}
        </div>
      </div>
    </div>
  )
}

function percent(time: number, whole: Span): string {
  return `${((time - whole.start) / (whole.end - whole.start)) * 100}%`
}

function Axis({ whole }: { readonly whole: Span }): ReactNode {
  return (
    <div className={styles['axis']} aria-hidden="true">
      <div>{formatClock(whole.start)}</div>
      <div className={styles['track']}>
        {timeTicks(whole.end - whole.start).map((tick) => (
          <span
            key={tick}
            className={styles['tick']}
            style={{ left: percent(whole.start + tick, whole) }}
          >
            {tick === 0 ? '0' : formatDuration(tick)}
          </span>
        ))}
      </div>
      <div className={styles['took']}>Took</div>
    </div>
  )
}

function Row({
  task,
  top,
  whole,
  span,
  place,
  selected,
  onSelect,
}: {
  readonly task: RunTask
  readonly top: number
  readonly whole: Span
  readonly span: Span | undefined
  readonly place: string
  readonly selected: boolean
  readonly onSelect: () => void
}): ReactNode {
  const look = statusLook(stateOf(task.state))
  const again = (task.attempt_number ?? 0) > 0
  const attempt = again ? ` (try ${(task.attempt_number ?? 0) + 1})` : ''
  return (
    <div role="listitem" className={styles['row']} style={{ top }} data-selected={selected}>
      <button
        type="button"
        className={styles['name']}
        title={`${task.task_key}${attempt}, ${place}`}
        aria-pressed={selected}
        onClick={onSelect}
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
              left: `min(${percent(span.start, whole)}, calc(100% - 3px))`,
              width: `${((span.end - span.start) / (whole.end - whole.start)) * 100}%`,
            }}
          />
        )}
      </div>
      <div className={styles['took']}>
        {span === undefined ? '–' : formatDuration(span.end - span.start)}
      </div>
    </div>
  )
}
