import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CopyId } from '../kit/code.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { Story, type Station } from '../kit/story.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { Elapsed, RelativeTime } from '../kit/time.tsx'
import { ArtifactBrowser } from './artifact-browser.tsx'
import { tablePathOf } from './dataset-path.ts'
import { MetricCharts, searchOfSettings, settingsOf } from './metric-charts.tsx'
import { runName } from './run-facts.ts'
import { RunOverview } from './run-overview.tsx'
import { useExperiment } from './use-experiments.ts'
import { useRun } from './use-runs.ts'
import { tagOf, type Run } from './wire.ts'

const route = getRouteApi('/experiments/$experimentId/runs/$runId')

export function RunPage(): ReactNode {
  const { experimentId, runId } = route.useParams()
  const query = useRun(runId)
  const experiment = useExperiment(experimentId)
  const name = query.data === undefined ? runId : runName(query.data)
  return (
    <Page title={name}>
      <Breadcrumbs
        crumbs={[
          { label: 'Experiments', to: '/experiments' },
          { label: experiment.data?.name ?? experimentId, to: `/experiments/${experimentId}` },
          { label: name },
        ]}
      />
      <Loaded query={query} what="load the run">
        {(run) => (
          <>
            <Story at="trials" links={storyOf(run)} />
            <RunHead run={run} />
            <RunTabs run={run} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function storyOf(run: Run): Partial<Record<Station, string>> {
  const paths = (run.inputs?.dataset_inputs ?? []).map((input) => tablePathOf(input.dataset.name))
  const data = paths.find((path) => path !== undefined)
  const trials = `/experiments/${run.info.experiment_id}`
  return data === undefined ? { trials } : { trials, data }
}

function RunHead({ run }: { readonly run: Run }): ReactNode {
  const user = run.info.user_id || tagOf(run.data?.tags, 'mlflow.user')
  return (
    <PageHeader
      title={runName(run)}
      badges={<Status state={run.info.status} />}
      facts={[
        { name: 'Started', value: <RelativeTime time={run.info.start_time} /> },
        {
          name: 'Took',
          value: <Elapsed start={run.info.start_time} end={run.info.end_time} />,
        },
        ...(user === undefined || user === '' ? [] : [{ name: 'By', value: user }]),
        { name: 'Run', value: <CopyId id={run.info.run_id} /> },
      ]}
    />
  )
}

function RunTabs({ run }: { readonly run: Run }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments/$experimentId/runs/$runId' })
  const set = (change: Partial<typeof search>, replace = true) =>
    void navigate({ search: { ...search, ...change }, replace })
  const metricCount = run.data?.metrics?.length ?? 0
  return (
    <Tabs
      label="Run"
      active={search.tab === 'metrics' || search.tab === 'artifacts' ? search.tab : 'overview'}
      onChange={(tab) => set({ tab: tab === 'overview' ? '' : tab }, false)}
      tabs={[
        { id: 'overview', label: 'Overview', content: <RunOverview run={run} /> },
        {
          id: 'metrics',
          label: 'Charts',
          count: metricCount,
          content: (
            <MetricCharts
              runs={[run]}
              labels={[runName(run)]}
              settings={settingsOf(search)}
              onChange={(next) => set(searchOfSettings(next))}
            />
          ),
        },
        {
          id: 'artifacts',
          label: 'Artifacts',
          content: (
            <ArtifactBrowser
              runId={run.info.run_id}
              path={search.path ?? ''}
              onPath={(path) => set({ path }, false)}
            />
          ),
        },
      ]}
    />
  )
}
