import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Segments } from '../kit/field.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { JobRunTable } from './run-table.tsx'
import { useJobRuns } from './use-job-runs.ts'
import { hasFailed } from './wire.ts'

const route = getRouteApi('/jobs/runs')
const most = 480

const views = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Running' },
  { value: 'failed', label: 'Failed' },
] as const

/** The runs of all jobs. */
export function JobRunsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/jobs/runs' })
  const view = views.find((one) => one.value === search.view)?.value ?? 'all'
  const query = useJobRuns({ limit: most, ...(view === 'active' ? { active: true } : {}) })
  const rows = query.data?.filter((run) => view !== 'failed' || hasFailed(run.state))
  return (
    <Page title="Job runs" fill>
      <Breadcrumbs crumbs={[{ label: 'Job runs' }]} />
      <PageHeader title="Job runs" />
      <Toolbar>
        <Segments
          label="Which runs"
          value={view}
          options={views}
          onChange={(next) => void navigate({ search: { view: next === 'all' ? '' : next } })}
        />
      </Toolbar>
      <Loaded query={{ ...query, data: rows }} what="load the runs">
        {(runs) =>
          runs.length === 0 ? (
            <EmptyState icon="run" title="No runs here" command="npx millrace run <job>">
              A run appears when a job starts, by itself or by hand:
            </EmptyState>
          ) : (
            <JobRunTable runs={runs} showJob fill />
          )
        }
      </Loaded>
    </Page>
  )
}
