import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icons.tsx'
import styles from './status.module.css'

/** What a colour says. It never says it alone: an icon and a word go with it. */
export type Tone = 'ok' | 'run' | 'warn' | 'bad' | 'idle' | 'accent'

export interface StatusLook {
  readonly tone: Tone
  readonly icon: IconName
  readonly word: string
}

const ok = (word: string): StatusLook => ({ tone: 'ok', icon: 'check', word })
const bad = (word: string): StatusLook => ({ tone: 'bad', icon: 'cross', word })
const idle = (word: string, icon: IconName = 'dash'): StatusLook => ({ tone: 'idle', icon, word })
const busy = (word: string): StatusLook => ({ tone: 'run', icon: 'spinner', word })
const warn = (word: string, icon: IconName = 'warning'): StatusLook => ({
  tone: 'warn',
  icon,
  word,
})

/** Every state word of every room and how it looks. */
const looks: Readonly<Record<string, StatusLook>> = {
  SUCCESS: ok('Succeeded'),
  SUCCEEDED: ok('Succeeded'),
  FINISHED: ok('Finished'),
  READY: ok('Ready'),
  PASSED: ok('Passed'),
  COMPLETED: ok('Completed'),
  DELIVERED: ok('Delivered'),
  ACTIVE: ok('Active'),
  SUCCESS_WITH_FAILURES: warn('Succeeded with failures'),
  OK: ok('OK'),
  ERROR: bad('Error'),
  FAILED: bad('Failed'),
  FAILED_REGISTRATION: bad('Registration failed'),
  TIMEDOUT: bad('Timed out'),
  INTERNAL_ERROR: bad('Internal error'),
  UPDATE_FAILED: bad('Update failed'),
  UPSTREAM_FAILED: { tone: 'bad', icon: 'skip', word: 'Upstream failed' },
  RUNNING: busy('Running'),
  PREPARING: busy('Preparing'),
  CANCELLING: busy('Ending'),
  CREATING: busy('Getting ready'),
  RECOVERING: busy('Recovering'),
  ABORTED: idle('Ended', 'stop'),
  TERMINATING: busy('Stopping'),
  IN_PROGRESS: busy('Updating'),
  PENDING: { tone: 'run', icon: 'clock', word: 'Starting' },
  PENDING_REGISTRATION: { tone: 'run', icon: 'clock', word: 'Registering' },
  SCHEDULED: { tone: 'run', icon: 'clock', word: 'Scheduled' },
  QUEUED: idle('Queued', 'clock'),
  WAITING: idle('Waiting', 'clock'),
  NOT_STARTED: idle('Not started', 'dash'),
  WAITING_FOR_RETRY: warn('Waiting to retry', 'retry'),
  BLOCKED: warn('Waiting', 'hand'),
  NOT_READY: warn('Not ready', 'clock'),
  CANCELED: idle('Cancelled', 'stop'),
  CANCELLED: idle('Cancelled', 'stop'),
  KILLED: bad('Killed'),
  UPSTREAM_CANCELED: idle('Upstream cancelled', 'skip'),
  SKIPPED: idle('Skipped', 'skip'),
  EXCLUDED: idle('Not needed', 'skip'),
  DISABLED: idle('Off', 'pause'),
  PAUSED: idle('Paused', 'pause'),
  MAXIMUM_CONCURRENT_RUNS_REACHED: idle('Skipped: too many runs', 'skip'),
}

export function statusLook(state: string | undefined): StatusLook {
  if (state === undefined || state === '') return idle('Unknown', 'info')
  return looks[state] ?? idle(state.toLowerCase().replaceAll('_', ' '), 'info')
}

/** State by icon, colour and word. `word` overrides the word where a sentence says more. */
export function Status({
  state,
  word,
}: {
  readonly state: string | undefined
  readonly word?: string | undefined
}): ReactNode {
  const look = statusLook(state)
  return (
    <span className={classNames(styles['status'], styles[look.tone])}>
      <Icon name={look.icon} spin={look.icon === 'spinner'} size={14} />
      {word ?? look.word}
    </span>
  )
}

/** A square with the state's icon, for matrices; its name is read out and shown on hover. */
export function StatusSquare({
  state,
  label,
}: {
  readonly state: string | undefined
  readonly label?: string
}): ReactNode {
  const look = statusLook(state)
  return (
    <span
      className={classNames(styles['dot'], styles[look.tone])}
      role="img"
      aria-label={label ?? look.word}
      title={label ?? look.word}
    >
      <Icon name={look.icon} size={12} spin={look.icon === 'spinner'} />
    </span>
  )
}

export function Badge({
  tone = 'idle',
  icon,
  title,
  children,
}: {
  readonly tone?: Tone
  readonly icon?: IconName
  readonly title?: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <span className={classNames(styles['badge'], styles[tone])} title={title}>
      {icon !== undefined && <Icon name={icon} size={12} />}
      {children}
    </span>
  )
}

const stageTones: Readonly<Record<string, Tone>> = {
  Production: 'ok',
  Staging: 'warn',
  Archived: 'idle',
}

/** A model version's stage; nothing for the stage "None". */
export function StageBadge({ stage }: { readonly stage: string | undefined }): ReactNode {
  if (stage === undefined || stage === '' || stage === 'None') {
    return <span style={{ color: 'var(--text-3)' }}>None</span>
  }
  return <Badge tone={stageTones[stage] ?? 'idle'}>{stage}</Badge>
}
