import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { classNames } from '../kit/class-names.ts'
import { Status } from '../kit/status.tsx'
import { hasFailed, stateOf, type JobRun, type RunTask } from './wire.ts'
import styles from './job-run-page.module.css'

const mostLines = 6
const speaking = new Set(['QUEUED', 'SKIPPED', 'INTERNAL_ERROR'])

/** What there is to say of a run as a whole, where no task says it. */
function wholeRun(run: JobRun, failed: number): string | undefined {
  const { life_cycle_state: state, state_message: message } = run.state ?? {}
  if (failed > 0 || !speaking.has(state ?? '') || !message) return undefined
  return message
}

const approval = /approval of (?<name>\S+) (?<version>\d+)/

/** Why the run is not green: what failed first, or which person it waits for. */
export function RunBanner({
  run,
  tasks,
  onSelect,
}: {
  readonly run: JobRun
  readonly tasks: readonly RunTask[]
  readonly onSelect: (taskKey: string) => void
}): ReactNode {
  const failed = tasks.filter(
    (task) => hasFailed(task.state) && task.state?.result_state !== 'UPSTREAM_FAILED',
  )
  const waiting = tasks.filter(
    (task) => task.state?.life_cycle_state === 'BLOCKED' && task.state.state_message !== '',
  )
  const whole = wholeRun(run, failed.length)
  return (
    <>
      {whole !== undefined && (
        <div className={classNames(styles['banner'], styles['waiting'])}>
          <div className={styles['bannerLine']}>
            <Status state={stateOf(run.state)} />
            <span>{whole}</span>
            {run.job_id !== undefined && run.state?.life_cycle_state !== 'INTERNAL_ERROR' && (
              <Link to="/jobs/runs" search={{ job: String(run.job_id), state: 'active' }}>
                See what runs
              </Link>
            )}
          </div>
        </div>
      )}
      {failed.length > 0 && (
        <div className={styles['banner']} role="alert">
          {failed.slice(0, mostLines).map((task) => (
            <Line key={task.task_key} task={task} onSelect={onSelect} />
          ))}
          {failed.length > mostLines && <span>and {failed.length - mostLines} more</span>}
        </div>
      )}
      {waiting.length > 0 && (
        <div className={classNames(styles['banner'], styles['waiting'])}>
          {waiting.map((task) => (
            <Line key={task.task_key} task={task} onSelect={onSelect} />
          ))}
        </div>
      )}
    </>
  )
}

function Line({
  task,
  onSelect,
}: {
  readonly task: RunTask
  readonly onSelect: (taskKey: string) => void
}): ReactNode {
  const message = task.state?.state_message ?? ''
  const found = approval.exec(message)?.groups
  return (
    <div className={styles['bannerLine']}>
      <Status state={stateOf(task.state)} />
      <button
        type="button"
        className={styles['linkButton']}
        onClick={() => onSelect(task.task_key)}
      >
        {task.task_key}
      </button>
      <span>{message}</span>
      {found?.['name'] !== undefined && found['version'] !== undefined && (
        <Link
          to="/models/$name/versions/$version"
          params={{ name: found['name'], version: found['version'] }}
        >
          See what is asked
        </Link>
      )}
    </div>
  )
}
