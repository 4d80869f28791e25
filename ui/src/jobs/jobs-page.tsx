import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Fragment, useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { formatSort, parseSort, type Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { SearchInput, Segments } from '../kit/field.tsx'
import { formatCount, formatExactTime, pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge, statusLook, StatusSquare } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { describeTrigger, isPaused, startsAlone } from './describe-trigger.ts'
import { useJobs } from './use-jobs.ts'
import { useLatestRuns } from './use-latest-runs.ts'
import { hasEnded, hasFailed, stateOf, type Job, type JobRun } from './wire.ts'
import styles from './jobs-page.module.css'

const route = getRouteApi('/jobs')
const runsShown = 12
const noRuns: ReadonlyMap<number, readonly JobRun[]> = new Map()

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
        <>
          <Link to="/jobs/$jobId" params={{ jobId: String(job.job_id) }} title={jobName(job)}>
            {jobName(job)}
          </Link>{' '}
          {Object.entries(job.settings?.tags ?? {}).map(([name, value]) => (
            <Fragment key={name}>
              <Badge title={`${name}: ${value}`}>{value === '' ? name : value}</Badge>{' '}
            </Fragment>
          ))}
        </>
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
      {runs.toReversed().map((run) => {
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

/** Which jobs a reader wants; the first is all of them. */
const shows = [
  { value: '', label: 'All' },
  { value: 'failing', label: 'Last run failed' },
  { value: 'active', label: 'Running' },
  { value: 'scheduled', label: 'Start by themselves' },
  { value: 'paused', label: 'Paused' },
] as const
type Show = (typeof shows)[number]['value']

function isShown(show: Show, job: Job, last: JobRun | undefined): boolean {
  switch (show) {
    case '':
      return true
    case 'failing':
      return hasFailed(last?.state)
    case 'active':
      return last !== undefined && !hasEnded(last.state)
    case 'scheduled':
      return startsAlone(job.settings) && !isPaused(job.settings)
    case 'paused':
      return isPaused(job.settings)
  }
}

/** By name, by tag, or by `name:value` of a tag. */
function isFound(job: Job, wanted: string): boolean {
  const tags = Object.entries(job.settings?.tags ?? {}).map(([name, value]) => `${name}:${value}`)
  return [jobName(job), ...tags].some((text) => text.toLowerCase().includes(wanted))
}

export function JobsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/jobs' })
  const query = useJobs()
  const jobs = query.data
  const ids = useMemo(() => (jobs ?? []).map((job) => job.job_id), [jobs])
  const latest = useLatestRuns(ids, runsShown).data ?? noRuns
  const columns = useMemo(() => columnsWith(latest), [latest])
  const wanted = (search.q ?? '').toLowerCase()
  const show = shows.find(({ value }) => value === search.show)?.value ?? ''
  const rows = useMemo(
    () =>
      jobs?.filter(
        (job) => isFound(job, wanted) && isShown(show, job, latest.get(job.job_id)?.[0]),
      ),
    [jobs, wanted, show, latest],
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
          label="Find a job by name or tag"
          placeholder="Find by name or tag"
          value={search.q ?? ''}
          onChange={(event) =>
            void navigate({ search: { ...search, q: event.target.value }, replace: true })
          }
        />
        <Segments
          label="Which jobs"
          value={show}
          options={shows}
          onChange={(next) => void navigate({ search: { ...search, show: next } })}
        />
      </Toolbar>
      <Loaded query={{ ...query, data: rows }} what="load the jobs">
        {(found) =>
          found.length === 0 ? (
            <NoJobs filtered={wanted !== '' || show !== ''} />
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
