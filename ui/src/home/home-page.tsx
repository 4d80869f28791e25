import type { ReactNode } from 'react'
import { useSearches } from '../automl/use-searches.ts'
import { isOpen } from '../automl/wire.ts'
import { useJobRuns } from '../jobs/use-job-runs.ts'
import { useJobs } from '../jobs/use-jobs.ts'
import { hasFailed, stateOf, type JobRun, type RunTask } from '../jobs/wire.ts'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import { Icon } from '../kit/icons.tsx'
import { Page, Section } from '../kit/page.tsx'
import { Loaded, SkeletonRows } from '../kit/states.tsx'
import { StatusSquare } from '../kit/status.tsx'
import { Elapsed, RelativeTime } from '../kit/time.tsx'
import { WorkList } from '../kit/work-list.tsx'
import { useOpenRequests } from '../registry/use-requests.ts'
import { useRecentVersions } from '../registry/use-versions.ts'
import { NextScheduled } from './next-scheduled.tsx'
import { useLastLook } from './use-last-look.ts'
import styles from './home-page.module.css'

/** A work list: what needs me, what is going on, what broke, what changed, what comes next. */
export function HomePage(): ReactNode {
  return (
    <Page title="Home">
      <Breadcrumbs crumbs={[{ label: 'Home' }]} />
      <h1 className="visually-hidden">Home</h1>
      <div className={styles['grid']}>
        <div className={styles['stack']}>
          <Waiting />
          <Running />
          <Failed />
        </div>
        <div className={styles['stack']}>
          <ProductionChanges />
          <NextScheduled />
        </div>
      </div>
    </Page>
  )
}

const skeleton = <SkeletonRows count={2} />

function Waiting(): ReactNode {
  const query = useOpenRequests()
  return (
    <Section title="Waiting for a decision">
      <Loaded query={query} what="load the open requests" skeleton={skeleton}>
        {(requests) => (
          <WorkList
            label="Waiting for a decision"
            none="Nothing waits for approval."
            items={requests.map((request) => ({
              id: `${request.name}/${request.version}/${request.stage}/${request.creator}`,
              to: `/models/${encodeURIComponent(request.name)}/versions/${request.version}`,
              lead: <Icon name="approval" />,
              title: `Approve ${request.name} v${request.version} for ${request.stage}?`,
              sub: `${request.creator}${request.comment ? `: ${request.comment}` : ''}`,
              end: <RelativeTime time={request.created_at} />,
            }))}
          />
        )}
      </Loaded>
    </Section>
  )
}

function runPath(run: JobRun): string {
  return `/jobs/runs/${run.run_id}`
}

/** Names come from the jobs, because a run's name may be empty. */
function useRunNames(): (run: JobRun) => string {
  const { data } = useJobs()
  const names = new Map(data?.map((job) => [job.job_id, job.settings?.name]))
  return (run) => run.run_name || names.get(run.job_id ?? 0) || `run ${run.run_id}`
}

const activeStates = ['BLOCKED', 'RUNNING', 'WAITING_FOR_RETRY', 'TERMINATING']

/** The task that says most about where a run is: one that waits for a person before one that runs. */
function activeTask(run: JobRun): RunTask | undefined {
  const found = activeStates.map((state) =>
    run.tasks?.find((task) => task.state?.life_cycle_state === state),
  )
  return found.find((task) => task !== undefined)
}

function describeActive(run: JobRun): string | undefined {
  const task = activeTask(run)
  if (task === undefined) return run.state?.state_message
  const message = task.state?.state_message
  return message === undefined || message === '' ? task.task_key : `${task.task_key}: ${message}`
}

function Running(): ReactNode {
  const query = useJobRuns({ active: true, limit: 24, expandTasks: true })
  const open = (useSearches().data ?? []).filter(isOpen)
  const nameOf = useRunNames()
  return (
    <Section title="Running now">
      <Loaded query={query} what="load the runs" skeleton={skeleton}>
        {(runs) => (
          <WorkList
            label="Running now"
            none="Nothing is running."
            items={[
              ...open.map((search) => ({
                id: search.search_id,
                to: `/automl/${search.search_id}`,
                lead: <StatusSquare state={search.state} />,
                title: search.name,
                sub: `AutoML for ${search.target} on ${search.dataset.table}`,
                end: <Elapsed start={search.started_at ?? undefined} />,
              })),
              ...runs.map((run) => ({
                id: String(run.run_id),
                to: runPath(run),
                lead: <StatusSquare state={stateOf(activeTask(run)?.state ?? run.state)} />,
                title: nameOf(run),
                sub: describeActive(run),
                end: <Elapsed start={run.start_time} />,
              })),
            ]}
          />
        )}
      </Loaded>
    </Section>
  )
}

function Failed(): ReactNode {
  const { since, look } = useLastLook()
  const query = useJobRuns({ completed: true, startedFrom: since, limit: 120 })
  const nameOf = useRunNames()
  const failed = query.data?.filter((run) => hasFailed(run.state))
  return (
    <Section
      title="Failed since I looked"
      note={<RelativeTime time={since} />}
      actions={
        (failed?.length ?? 0) > 0 && (
          <Button small icon="check" onClick={look}>
            I have seen these
          </Button>
        )
      }
    >
      <Loaded query={{ ...query, data: failed }} what="load the failed runs" skeleton={skeleton}>
        {(runs) => (
          <WorkList
            label="Failed since I looked"
            none="Nothing has failed."
            items={runs.map((run) => ({
              id: String(run.run_id),
              to: runPath(run),
              lead: <StatusSquare state={stateOf(run.state)} />,
              title: nameOf(run),
              sub: run.state?.state_message,
              end: <RelativeTime time={run.end_time} />,
            }))}
          />
        )}
      </Loaded>
    </Section>
  )
}

function ProductionChanges(): ReactNode {
  const query = useRecentVersions(60)
  const changed = query.data
    ?.filter((version) => version.current_stage === 'Production')
    .slice(0, 8)
  return (
    <Section title="Changed in production">
      <Loaded query={{ ...query, data: changed }} what="load the versions" skeleton={skeleton}>
        {(versions) => (
          <WorkList
            label="Changed in production, last change first"
            none="No version is in Production."
            items={versions.map((version) => ({
              id: `${version.name}/${version.version}`,
              to: `/models/${encodeURIComponent(version.name)}/versions/${version.version}`,
              lead: <Icon name="model" />,
              title: `${version.name} v${version.version}`,
              sub: version.description || version.user_id,
              end: <RelativeTime time={version.last_updated_timestamp} />,
            }))}
          />
        )}
      </Loaded>
    </Section>
  )
}
