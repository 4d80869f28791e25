import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatCount } from '../kit/format.ts'
import { Icon, type IconName } from '../kit/icons.tsx'
import { Loaded } from '../kit/states.tsx'
import { Badge, type Tone } from '../kit/status.tsx'
import { timeIn } from './time-in.ts'
import type {
  BackfillAction,
  BackfillIntervalPreview,
  BackfillTaskPreview,
} from './backfill-wire.ts'
import type { useBackfillPreview } from './use-backfills.ts'
import styles from './backfill.module.css'

type Interval = BackfillIntervalPreview

interface Look {
  readonly tone: Tone
  readonly icon: IconName
  readonly word: string
}

export const actionLooks: Readonly<Record<BackfillAction, Look>> = {
  run: { tone: 'run', icon: 'run', word: 'runs' },
  repair: { tone: 'warn', icon: 'retry', word: 'is repaired' },
  skip: { tone: 'idle', icon: 'skip', word: 'is left out' },
}

const taskLooks: Readonly<Record<BackfillTaskPreview['action'], Look>> = {
  run: { tone: 'run', icon: 'run', word: 'runs' },
  depends: { tone: 'warn', icon: 'info', word: 'depends' },
  skip: { tone: 'idle', icon: 'skip', word: 'does not run' },
}

const mostMarks = 12

function Marks({ tasks }: { readonly tasks: readonly BackfillTaskPreview[] }): ReactNode {
  const running = tasks.filter((task) => task.action !== 'skip').length
  return (
    <span className={styles['marks']}>
      {tasks.slice(0, mostMarks).map(({ task_key: key, action, reason }) => {
        const label = `${key} ${taskLooks[action].word}: ${reason}`
        return (
          <span
            key={key}
            className={styles['mark']}
            data-action={action}
            role="img"
            aria-label={label}
            title={label}
          >
            <Icon name={taskLooks[action].icon} size={11} />
          </span>
        )
      })}
      <span className="muted num">
        {formatCount(running)} of {formatCount(tasks.length)}
      </span>
    </span>
  )
}

function columnsIn(timeZone: string): readonly Column<Interval>[] {
  return [
    {
      id: 'time',
      header: 'Logical time',
      width: 190,
      value: (one) => one.logical_time,
      cell: (one) => timeIn(one.logical_time, timeZone),
    },
    {
      id: 'action',
      header: 'The run',
      width: 130,
      value: (one) => one.action,
      cell: (one) => (
        <Badge tone={actionLooks[one.action].tone} icon={actionLooks[one.action].icon}>
          {actionLooks[one.action].word}
        </Badge>
      ),
    },
    {
      id: 'tasks',
      header: 'Tasks',
      width: 330,
      value: (one) => one.tasks.filter((task) => task.action !== 'skip').length,
      cell: (one) => <Marks tasks={one.tasks} />,
    },
    { id: 'why', header: 'Why', value: (one) => one.reason },
    {
      id: 'run',
      header: 'There already',
      width: 150,
      value: (one) => one.run_id,
      cell: (one) =>
        one.run_id !== undefined && (
          <Link to="/jobs/runs/$runId" params={{ runId: String(one.run_id) }}>
            {one.run_id}
          </Link>
        ),
    },
  ]
}

/** Every time and every task of it, and why each would run or not. */
export function BackfillPreviewTable({
  query,
  timeZone,
}: {
  readonly query: ReturnType<typeof useBackfillPreview>
  readonly timeZone: string
}): ReactNode {
  const [chosen, setChosen] = useState<number>()
  return (
    <Loaded query={query} what="look ahead">
      {({ pages }) => {
        const intervals = pages.flatMap((page) => page.intervals)
        const shown = intervals.find((one) => one.position === chosen)
        return (
          <div className={styles['stack']}>
            <Counts counts={pages[0]?.counts} />
            <DataTable
              label="What the backfill would do"
              rows={intervals}
              columns={columnsIn(timeZone)}
              rowId={(one) => String(one.position)}
              maxHeight={420}
              onOpen={(one) => setChosen(one.position)}
              onEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
              }}
            />
            {shown === undefined ? (
              <p className="muted">Open a line to see its tasks and parameters.</p>
            ) : (
              <IntervalTasks interval={shown} timeZone={timeZone} />
            )}
          </div>
        )
      }}
    </Loaded>
  )
}

const actions = ['run', 'repair', 'skip'] as const

function Counts({
  counts,
}: {
  readonly counts: Readonly<Record<BackfillAction, number>> | undefined
}): ReactNode {
  const words = { run: 'run', repair: 'are repaired', skip: 'are left out' } as const
  return (
    <p aria-live="polite">
      {actions
        .filter((action) => (counts?.[action] ?? 0) > 0)
        .map((action) => (
          <span key={action}>
            <Badge tone={actionLooks[action].tone} icon={actionLooks[action].icon}>
              {formatCount(counts?.[action])} {words[action]}
            </Badge>{' '}
          </span>
        ))}
    </p>
  )
}

const taskColumns: readonly Column<BackfillTaskPreview>[] = [
  { id: 'task', header: 'Task', width: 220, value: (task) => task.task_key },
  {
    id: 'action',
    header: 'What happens',
    width: 150,
    value: (task) => task.action,
    cell: (task) => (
      <Badge tone={taskLooks[task.action].tone} icon={taskLooks[task.action].icon}>
        {taskLooks[task.action].word}
      </Badge>
    ),
  },
  { id: 'why', header: 'Why', value: (task) => task.reason },
]

function IntervalTasks({
  interval,
  timeZone,
}: {
  readonly interval: Interval
  readonly timeZone: string
}): ReactNode {
  const title = timeIn(interval.logical_time, timeZone)
  const parameters = Object.entries(interval.parameters)
  return (
    <div>
      <h3>{title}</h3>
      {parameters.length > 0 && (
        <p className="muted">
          {parameters.map(([name, value]) => (
            <span key={name}>
              {name} = <code>{value}</code>{' '}
            </span>
          ))}
        </p>
      )}
      <DataTable
        label={`Tasks of ${title}`}
        rows={interval.tasks}
        columns={taskColumns}
        rowId={(task) => task.task_key}
        maxHeight={300}
      />
    </div>
  )
}
