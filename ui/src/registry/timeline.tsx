import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Icon, type IconName } from '../kit/icons.tsx'
import { Panel, Section } from '../kit/page.tsx'
import { Loaded, SkeletonRows } from '../kit/states.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { useActivities, useModelActivities } from './use-activities.ts'
import type { Activity, ModelVersion } from './wire.ts'
import styles from './timeline.module.css'

interface Look {
  readonly icon: IconName
  readonly say: (activity: Activity) => string
}

function moved({ from_stage: from = '', to_stage: to = '' }: Activity): string {
  return from === '' || from === 'None' ? `moved it to ${to}` : `moved it from ${from} to ${to}`
}

const looks: Readonly<Record<string, Look>> = {
  APPLIED_TRANSITION: { icon: 'skip', say: moved },
  SYSTEM_TRANSITION: { icon: 'skip', say: moved },
  REQUESTED_TRANSITION: { icon: 'hand', say: (one) => `asked for ${one.to_stage ?? ''}` },
  APPROVED_REQUEST: { icon: 'check', say: (one) => `approved ${one.to_stage ?? ''}` },
  REJECTED_REQUEST: { icon: 'cross', say: (one) => `rejected ${one.to_stage ?? ''}` },
  CANCELLED_REQUEST: {
    icon: 'stop',
    say: (one) => `withdrew the request for ${one.to_stage ?? ''}`,
  },
  REGISTERED: { icon: 'plus', say: () => 'registered it' },
  ALIAS_SET: { icon: 'tag', say: (one) => `gave it the alias @${one.system_comment ?? ''}` },
  ALIAS_DELETED: { icon: 'tag', say: (one) => `took the alias @${one.system_comment ?? ''} away` },
  NEW_COMMENT: { icon: 'chat', say: () => 'said' },
}

const other: Look = { icon: 'info', say: (one) => one.activity_type.toLowerCase() }

/** What happened to a version and who did it, newest first. */
export function Timeline({
  name,
  version,
}: {
  readonly name: string
  readonly version: string
}): ReactNode {
  const query = useActivities(name, version)
  return (
    <Section title="What happened">
      <Loaded query={query} what="load what happened" skeleton={<SkeletonRows count={3} />}>
        {(activities) => (
          <Panel>
            {activities.length === 0 && <p className="muted">Nothing since it was registered.</p>}
            <ol className={styles['list']}>
              {activities.map((activity) => (
                <Entry key={activity.id} activity={activity} />
              ))}
            </ol>
          </Panel>
        )}
      </Loaded>
    </Section>
  )
}

const versionsTold = 10
const entriesShown = 20

/** What happened to the newest versions of a model: registrations, requests, decisions, stages. */
export function ModelTimeline({
  name,
  versions,
}: {
  readonly name: string
  readonly versions: readonly ModelVersion[]
}): ReactNode {
  const told = versions
    .toSorted((left, right) => Number(right.version) - Number(left.version))
    .slice(0, versionsTold)
  const happened = useModelActivities(
    name,
    told.map((version) => version.version),
  )
  const registered = told.map((version) => ({
    id: `v${version.version}`,
    activity_type: 'REGISTERED',
    user_id: version.user_id || 'somebody',
    creation_timestamp: version.creation_timestamp ?? 0,
    version: version.version,
  }))
  const entries = [...happened, ...registered]
    .toSorted((left, right) => right.creation_timestamp - left.creation_timestamp)
    .slice(0, entriesShown)
  return (
    <Section title="What happened">
      <Panel>
        <ol className={styles['list']}>
          {entries.map((entry) => (
            <Entry
              key={entry.id}
              activity={entry}
              subject={
                <Link
                  to="/models/$name/versions/$version"
                  params={{ name, version: entry.version }}
                >
                  v{entry.version}
                </Link>
              }
            />
          ))}
        </ol>
      </Panel>
    </Section>
  )
}

function Entry({
  activity,
  subject,
}: {
  readonly activity: Activity
  /** Which version, where that is not clear. */
  readonly subject?: ReactNode
}): ReactNode {
  const look = looks[activity.activity_type] ?? other
  const alias = activity.activity_type.startsWith('ALIAS_')
  const comment = alias ? undefined : activity.comment || activity.system_comment
  return (
    <li className={styles['entry']}>
      <span className={styles['icon']}>
        <Icon name={look.icon} size={14} />
      </span>
      <span>
        {subject}
        {subject !== undefined && ' · '}
        <strong>{activity.user_id}</strong> {look.say(activity)}
        {comment !== undefined && comment !== '' && (
          <div className={styles['comment']} title={comment} data-cut={subject !== undefined}>
            {comment}
          </div>
        )}
      </span>
      <span className={styles['when']}>
        <RelativeTime time={activity.creation_timestamp} />
      </span>
    </li>
  )
}
