import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { formatSort, parseSort, type Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { SearchInput } from '../kit/field.tsx'
import { formatCount, formatExactTime, pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge, statusLook, StatusSquare } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { describeTrigger, isPaused } from './describe-trigger.ts'
import { useJobRuns } from './use-job-runs.ts'
import { useJobs } from './use-jobs.ts'
import { stateOf, type Job, type JobRun } from './wire.ts'
import styles from './jobs-page.module.css'

const route = getRouteApi('/jobs')
const runsShown = 12
const runsAsked = 240

function jobName(job: Job): string {
  return job.settings?.name ?? `job ${job.job_id}`
}

function columnsWith(runsOf: ReadonlyMap<number, readonly JobRun[]>): Column<Job>[] {
  const last = (job: Job) => runsOf.get(job.job_id)?.[0]
  return [
    {
      id: 'name',
      header: 'Job',
      width: 250,
      value: jobName,
      cell: (job) => (
        <Link to="/jobs/$jobId" params={{ jobId: String(job.job_id) }} title={jobName(job)}>
          {jobName(job)}
        </Link>
      ),
    },
    {
      id: 'runs',
      header: 'Last runs, newest right',
      width: 292,
      cell: (job) => <RunMatrix runs={runsOf.get(job.job_id) ?? []} />,
    },
    {
      id: 'last',
      header: 'Last started',
      width: 132,
      value: (job) => last(job)?.start_time,
      cell: (job) => <RelativeTime time={last(job)?.start_time} />,
    },
    {
      id: 'trigger',
      header: 'Starts',
      value: (job) => describeTrigger(job.settings),
      cell: (job) => (
        <span title={describeTrigger(job.settings)}>
          {describeTrigger(job.settings)} {isPaused(job.settings) && <Badge>paused</Badge>}
        </span>
      ),
    },
    {
      id: 'tasks',
      header: 'Tasks',
      width: 72,
      align: 'end',
      value: (job) => job.settings?.tasks?.length,
    },
    { id: 'by', header: 'By', width: 120, value: (job) => job.creator_user_name },
  ]
}

function RunMatrix({ runs }: { readonly runs: readonly JobRun[] }): ReactNode {
  return (
    <span className={styles['matrix']}>
      {runs
        .slice(0, runsShown)
        .toReversed()
        .map((run) => {
          const when = run.start_time === undefined ? '' : `, ${formatExactTime(run.start_time)}`
          const label = `Run ${run.run_id}: ${statusLook(stateOf(run.state)).word}${when}`
          return (
            <Link
              key={run.run_id}
              to="/jobs/runs/$runId"
              params={{ runId: String(run.run_id) }}
              aria-label={label}
              className={styles['cell']}
            >
              <StatusSquare state={stateOf(run.state)} label={label} />
            </Link>
          )
        })}
    </span>
  )
}

function byJob(runs: readonly JobRun[] | undefined): ReadonlyMap<number, readonly JobRun[]> {
  const found = new Map<number, JobRun[]>()
  for (const run of runs ?? []) {
    if (run.job_id === undefined) continue
    found.set(run.job_id, [...(found.get(run.job_id) ?? []), run])
  }
  return found
}

export function JobsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/jobs' })
  const query = useJobs()
  const runs = useJobRuns({ limit: runsAsked })
  const columns = useMemo(() => columnsWith(byJob(runs.data)), [runs.data])
  const wanted = (search.q ?? '').toLowerCase()
  const rows = useMemo(
    () => query.data?.filter((job) => jobName(job).toLowerCase().includes(wanted)),
    [query.data, wanted],
  )
  const sort = useMemo(() => parseSort(search.sort ?? '-last'), [search.sort])
  return (
    <Page title="Jobs" fill>
      <Breadcrumbs crumbs={[{ label: 'Jobs' }]} />
      <PageHeader
        title="Jobs"
        badges={query.data && <span className="muted">{pluralise(query.data.length, 'job')}</span>}
      />
      <Toolbar>
        <SearchInput
          label="Find a job by name"
          placeholder="Find by name"
          value={search.q ?? ''}
          onChange={(event) =>
            void navigate({ search: { ...search, q: event.target.value }, replace: true })
          }
        />
      </Toolbar>
      <Loaded query={{ ...query, data: rows }} what="load the jobs">
        {(found) =>
          found.length === 0 ? (
            <NoJobs filtered={wanted !== ''} />
          ) : (
            <DataTable
              label="Jobs"
              fill
              rows={found}
              columns={columns}
              rowId={(job) => String(job.job_id)}
              sort={sort}
              onSort={(next) =>
                void navigate({ search: { ...search, sort: formatSort(next) ?? '' } })
              }
              onOpen={(job) =>
                void navigate({ to: '/jobs/$jobId', params: { jobId: String(job.job_id) } })
              }
              footer={`${formatCount(found.length)} shown`}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function NoJobs({ filtered }: { readonly filtered: boolean }): ReactNode {
  if (filtered) return <EmptyState icon="search" title="No job matches" />
  return (
    <EmptyState icon="job" title="No jobs yet" command="npx millrace deploy --target dev">
      A job runs tasks in order: on a schedule, on an event, or when someone starts it. Deploy a
      bundle to make one:
    </EmptyState>
  )
}
