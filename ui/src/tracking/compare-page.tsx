import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { seriesColour } from '../kit/line-chart.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../kit/states.tsx'
import { Story } from '../kit/story.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { CompareContour } from './compare-contour.tsx'
import { CompareParallel } from './compare-parallel.tsx'
import { CompareScatter } from './compare-scatter.tsx'
import { CompareTable } from './compare-table.tsx'
import { MetricCharts, searchOfSettings, settingsOf } from './metric-charts.tsx'
import { runName } from './run-facts.ts'
import { useExperiment } from './use-experiments.ts'
import { useRunsById } from './use-runs.ts'
import type { Run } from './wire.ts'
import styles from './compare-page.module.css'

const route = getRouteApi('/experiments/$experimentId/compare')

/** Some runs side by side: what differs, parallel coordinates, scatter, and their charts. */
export function ComparePage(): ReactNode {
  const { experimentId } = route.useParams()
  const search = route.useSearch()
  const experiment = useExperiment(experimentId)
  const ids = useMemo(() => (search.runs ?? '').split(',').filter(Boolean), [search.runs])
  const queries = useRunsById(ids)
  const failed = queries.find((query) => query.isError)
  const runs = queries.flatMap((query) => query.data ?? [])
  return (
    <Page title="Compare runs">
      <Breadcrumbs
        crumbs={[
          { label: 'Experiments', to: '/experiments' },
          { label: experiment.data?.name ?? experimentId, to: `/experiments/${experimentId}` },
          { label: 'Compare' },
        ]}
      />
      <Story at="trials" links={{ trials: `/experiments/${experimentId}` }} />
      <PageHeader title={`Compare ${ids.length} runs`} />
      {ids.length < 2 && (
        <EmptyState icon="chart" title="Choose two runs or more">
          Select rows in the experiment's run table, then press Compare.
        </EmptyState>
      )}
      {failed !== undefined && <ErrorState error={failed.error} what="load a run" />}
      {runs.length < ids.length && failed === undefined && <SkeletonRows />}
      {runs.length === ids.length && runs.length >= 2 && <CompareBody runs={runs} />}
    </Page>
  )
}

function CompareBody({ runs }: { readonly runs: readonly Run[] }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments/$experimentId/compare' })
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: { ...search, ...change }, replace: true })
  const labels = useMemo(() => runs.map(runName), [runs])
  const tabs = ['differences', 'parallel', 'scatter', 'contour', 'charts'] as const
  const active = tabs.find((tab) => tab === search.tab) ?? 'differences'
  return (
    <>
      <ul className={styles['picks']} aria-label="Runs">
        {runs.map((run, index) => (
          <li key={run.info.run_id} className={styles['pick']}>
            <span className={styles['swatch']} style={{ background: seriesColour(index) }} />
            <Link
              to="/experiments/$experimentId/runs/$runId"
              params={{ experimentId: run.info.experiment_id, runId: run.info.run_id }}
              className="nowrap"
            >
              {labels[index]}
            </Link>
          </li>
        ))}
      </ul>
      <Tabs
        label="Comparison"
        active={active}
        onChange={(tab) => set({ tab: tab === 'differences' ? '' : tab })}
        tabs={[
          {
            id: 'differences',
            label: 'Differences',
            content: (
              <CompareTable
                runs={runs}
                all={search.all === 'yes'}
                onAll={(all) => set({ all: all ? 'yes' : '' })}
                base={runs.findIndex((run) => run.info.run_id === search.base)}
                onBase={(index) => set({ base: runs[index]?.info.run_id ?? '' })}
              />
            ),
          },
          {
            id: 'parallel',
            label: 'Parallel coordinates',
            content: (
              <CompareParallel runs={runs} axes={search.axes} onAxes={(axes) => set({ axes })} />
            ),
          },
          {
            id: 'scatter',
            label: 'Scatter',
            content: (
              <CompareScatter
                runs={runs}
                x={search.x}
                y={search.y}
                onChange={(axes) => set(axes)}
              />
            ),
          },
          {
            id: 'contour',
            label: 'Contour',
            content: (
              <CompareContour
                runs={runs}
                x={search.x}
                y={search.y}
                z={search.z}
                onChange={(axes) => set(axes)}
              />
            ),
          },
          {
            id: 'charts',
            label: 'Charts',
            content: (
              <MetricCharts
                runs={runs}
                labels={labels}
                settings={settingsOf(search)}
                onChange={(next) => set(searchOfSettings(next))}
              />
            ),
          },
        ]}
      />
    </>
  )
}
