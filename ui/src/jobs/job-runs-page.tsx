import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import { Segments, Select } from '../kit/field.tsx'
import { formatCount } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { JobRunTable } from './run-table.tsx'
import { runTriggers } from './describe-trigger.ts'
import { useJobs } from './use-jobs.ts'
import { useRunPage, type RunPage } from './use-run-page.ts'
import styles from './jobs-page.module.css'

const route = getRouteApi('/jobs/runs')
const pageSize = 100

const states = [
  { value: '', label: 'All' },
  { value: 'active', label: 'Running' },
  { value: 'queued', label: 'Queued' },
  { value: 'failed', label: 'Failed' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'canceled', label: 'Cancelled' },
  { value: 'skipped', label: 'Skipped' },
] as const

const dayMs = 86_400_000
const spans = [
  { value: '', label: 'Ever' },
  { value: '1', label: 'Last 24 hours' },
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
] as const

const triggers = [
  { value: '', label: 'Any reason' },
  ...Object.entries(runTriggers).map(([value, label]) => ({ value, label })),
]

/** From midnight of that day on, so that the same question is asked all day. */
function since(days: string | undefined): { readonly from_ms?: number } {
  const count = Number(days)
  if (!days || !Number.isInteger(count)) return {}
  return { from_ms: Math.floor(Date.now() / 60_000) * 60_000 - count * dayMs }
}

/** The runs of all jobs, page by page; what is asked for is in the address. */
export function JobRunsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/jobs/runs' })
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: { ...search, page: '', ...change } })
  const { job, trigger, page } = search
  // `view` is how older links say it.
  const asked = search.state ?? search.view
  const state = states.find(({ value }) => value === asked)?.value ?? ''
  const from = useMemo(() => since(search.since), [search.since])
  const query = useRunPage({
    limit: pageSize,
    ...from,
    ...(state === '' ? {} : { state }),
    ...(job ? { job_id: Number(job) } : {}),
    ...(trigger ? { trigger } : {}),
    ...(page ? { page_token: page } : {}),
  })
  const filtered = [state, job, trigger, search.since].some(
    (one) => one !== undefined && one !== '',
  )
  return (
    <Page title="Job runs" fill>
      <Breadcrumbs crumbs={[{ label: 'Job runs' }]} />
      <PageHeader title="Job runs" />
      <Toolbar>
        <Segments
          label="Which runs"
          value={state}
          options={states}
          onChange={(next) => set({ state: next, view: '' })}
        />
        <JobSelect value={job ?? ''} onChange={(next) => set({ job: next })} />
        <Select
          label="Started because"
          value={trigger ?? ''}
          options={triggers}
          onChange={(next) => set({ trigger: next })}
        />
        <Select
          label="Started"
          value={spans.find(({ value }) => value === search.since)?.value ?? ''}
          options={spans}
          onChange={(next) => set({ since: next })}
        />
      </Toolbar>
      <Loaded query={query} what="load the runs">
        {(found) =>
          found.runs.length === 0 ? (
            <NoRuns filtered={filtered} onAll={() => void navigate({ search: {} })} />
          ) : (
            <JobRunTable
              runs={found.runs}
              showJob
              fill
              footer={<Pages found={found} onPage={(token) => set({ page: token })} />}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function JobSelect({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (jobId: string) => void
}): ReactNode {
  const jobs = useJobs().data ?? []
  const options = jobs
    .map((job) => ({ value: String(job.job_id), label: job.settings?.name ?? `job ${job.job_id}` }))
    .toSorted((a, b) => a.label.localeCompare(b.label))
  const known = value === '' || options.some((option) => option.value === value)
  return (
    <Select
      label="Of which job"
      value={value}
      options={[
        { value: '', label: 'Every job' },
        ...(known ? [] : [{ value, label: `job ${value}` }]),
        ...options,
      ]}
      onChange={onChange}
    />
  )
}

function Pages({
  found,
  onPage,
}: {
  readonly found: RunPage
  readonly onPage: (token: string) => void
}): ReactNode {
  const { next_page_token: older, prev_page_token: newer } = found
  return (
    <div className={styles['pages']}>
      <span>{formatCount(found.runs.length)} runs, newest first</span>
      {(older ?? newer) !== undefined && (
        <>
          <Button
            small
            refusal={newer === undefined ? 'These are the newest' : undefined}
            onClick={() => onPage(newer ?? '')}
          >
            Newer
          </Button>
          <Button
            small
            refusal={older === undefined ? 'There are no older ones' : undefined}
            onClick={() => onPage(older ?? '')}
          >
            Older
          </Button>
        </>
      )}
    </div>
  )
}

function NoRuns({
  filtered,
  onAll,
}: {
  readonly filtered: boolean
  readonly onAll: () => void
}): ReactNode {
  if (filtered) {
    return (
      <EmptyState
        icon="search"
        title="No run is like this"
        action={<Button onClick={onAll}>Show all runs</Button>}
      />
    )
  }
  return (
    <EmptyState icon="run" title="No runs yet" command="npx millrace run <job>">
      A run appears when a job starts, by itself or by hand:
    </EmptyState>
  )
}
