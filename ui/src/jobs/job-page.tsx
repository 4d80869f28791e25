import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CopyId } from '../kit/code.tsx'
import { formatCount } from '../kit/format.ts'
import { Columns, KeyValues, Page, PageHeader, Panel, Section, type Fact } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { BackfillsTab } from './backfills-tab.tsx'
import { JobDag } from './dag.tsx'
import { describeTrigger, isPaused } from './describe-trigger.ts'
import { ForecastTab } from './forecast-tab.tsx'
import { JobActions } from './job-actions.tsx'
import { JobRunTable } from './run-table.tsx'
import { SettingsTab } from './settings-tab.tsx'
import { TriggerHistory, TriggerOutcome } from './trigger-history.tsx'
import { useJob } from './use-jobs.ts'
import { useNextRuns } from './use-next-runs.ts'
import { useRunPage } from './use-run-page.ts'
import { useTriggerHistory } from './use-trigger-history.ts'
import type { Job } from './wire.ts'
import styles from './job-page.module.css'

const route = getRouteApi('/jobs/$jobId')

export function JobPage(): ReactNode {
  const { jobId } = route.useParams()
  const query = useJob(jobId)
  const name = query.data?.settings?.name ?? `Job ${jobId}`
  return (
    <Page title={name}>
      <Breadcrumbs crumbs={[{ label: 'Jobs', to: '/jobs' }, { label: name }]} />
      <Loaded query={query} what="load the job">
        {(job) => (
          <>
            <JobHead job={job} />
            <JobTabs job={job} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function JobHead({ job }: { readonly job: Job }): ReactNode {
  const { settings } = job
  return (
    <PageHeader
      title={settings?.name ?? `Job ${job.job_id}`}
      kicker={settings?.description}
      badges={isPaused(settings) && <Badge icon="pause">paused</Badge>}
      facts={[
        { name: 'Starts', value: describeTrigger(settings) },
        { name: 'By', value: job.creator_user_name ?? '–' },
        { name: 'Id', value: <CopyId id={String(job.job_id)} /> },
      ]}
      actions={<JobActions job={job} />}
    />
  )
}

function JobTabs({ job }: { readonly job: Job }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/jobs/$jobId' })
  const set = (change: typeof search) => void navigate({ search: change, resetScroll: false })
  const tabs = [
    { id: 'overview', label: 'Overview', content: <Overview job={job} /> },
    { id: 'starts', label: 'Starts', content: <TriggerHistory job={job} /> },
    {
      id: 'forecast',
      label: 'Forecast',
      content: (
        <ForecastTab job={job} place={search} onPlace={(place) => set({ ...search, ...place })} />
      ),
    },
    { id: 'backfills', label: 'Backfills', content: <BackfillsTab job={job} /> },
    {
      id: 'settings',
      label: 'Settings',
      content: (
        <SettingsTab
          jobId={job.job_id}
          revision={search.revision === undefined ? undefined : Number(search.revision)}
          onRevision={(revision) =>
            set({ tab: 'settings', ...(revision ? { revision: String(revision) } : {}) })
          }
        />
      ),
    },
  ]
  return (
    <Tabs
      label="Job"
      active={tabs.find(({ id }) => id === search.tab)?.id ?? 'overview'}
      onChange={(tab) => set(tab === 'overview' ? {} : { tab })}
      tabs={tabs}
    />
  )
}

const runsShown = 25

function Overview({ job }: { readonly job: Job }): ReactNode {
  const tasks = job.settings?.tasks ?? []
  const runs = useRunPage({ job_id: job.job_id, limit: runsShown })
  return (
    <div className={styles['stack']}>
      <Section title="Tasks" note={formatCount(tasks.length)}>
        <JobDag tasks={tasks} />
      </Section>
      <Columns>
        <Section
          title="Runs"
          note={
            <Link to="/jobs/runs" search={{ job: String(job.job_id) }}>
              All runs
            </Link>
          }
        >
          <Loaded query={runs} what="load the runs">
            {(found) =>
              found.runs.length === 0 ? (
                <EmptyState icon="run" title="It has not run yet">
                  Press “Run now”, or wait for what starts it: {describeTrigger(job.settings)}.
                </EmptyState>
              ) : (
                <JobRunTable runs={found.runs} showJob={false} />
              )
            }
          </Loaded>
        </Section>
        <div className={styles['stack']}>
          <NextRuns job={job} />
          <LastStarts job={job} />
          <Parameters job={job} />
        </div>
      </Columns>
    </div>
  )
}

function dateText(time: number, timeZone: string): string {
  return new Date(time).toLocaleString(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    timeZone,
  })
}

function NextRuns({ job }: { readonly job: Job }): ReactNode {
  const schedule = job.settings?.schedule
  const query = useNextRuns(schedule, 5)
  if (schedule === undefined) return null
  return (
    <Section title="Starts next">
      <Panel>
        {isPaused(job.settings) ? <p className="muted">Paused. It would start at:</p> : null}
        <ol className={styles['times']}>
          {query.data?.map((time) => (
            <li key={time}>
              <span className="num">{dateText(time, schedule.timezone_id)}</span>
              <span className="muted">
                <RelativeTime time={time} />
              </span>
            </li>
          ))}
        </ol>
        {query.isError && <p className="muted">{query.error.message}</p>}
        <p className="muted">
          <code>{schedule.quartz_cron_expression}</code> in {schedule.timezone_id}
        </p>
      </Panel>
    </Section>
  )
}

const startsShown = 4

/** What the triggers did last, and why they did not start the job. */
function LastStarts({ job }: { readonly job: Job }): ReactNode {
  const query = useTriggerHistory(job.job_id, startsShown)
  const entries = query.data ?? []
  if (entries.length === 0) return null
  return (
    <Section
      title="Why it did or did not start"
      note={
        <Link to="/jobs/$jobId" params={{ jobId: String(job.job_id) }} search={{ tab: 'starts' }}>
          All
        </Link>
      }
    >
      <Panel>
        <ul className={styles['starts']}>
          {entries.map((entry) => (
            <li key={`${entry.at} ${entry.kind} ${entry.run_id ?? ''}`}>
              <TriggerOutcome entry={entry} />{' '}
              <span className="muted">
                <RelativeTime time={entry.at} />
              </span>
              {entry.outcome !== 'fired' && <div className="muted">{entry.description}</div>}
            </li>
          ))}
        </ul>
      </Panel>
    </Section>
  )
}

function Parameters({ job }: { readonly job: Job }): ReactNode {
  const parameters = job.settings?.parameters ?? []
  const tags = Object.entries(job.settings?.tags ?? {})
  const facts: Fact[] = [
    ...parameters.map(({ name, default: value }) => ({ name, value: <code>{value}</code> })),
    ...tags.map(([name, value]) => ({ name, value: <Badge>{value}</Badge> })),
    { name: 'At once', value: `${job.settings?.max_concurrent_runs ?? 1} run` },
  ]
  return (
    <Section title="Parameters and tags">
      <Panel>
        <KeyValues facts={facts} />
      </Panel>
    </Section>
  )
}
