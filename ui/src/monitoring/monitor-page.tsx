import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Checkbox, Select } from '../kit/field.tsx'
import { formatCount, formatMetric, pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { Sparkline } from '../kit/sparkline.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { Story } from '../kit/story.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { driftRows, type DriftRow } from './measurements.ts'
import { useAlerts, useMeasurements, useMonitor, useRefreshMonitor } from './use-monitors.ts'
import { driftTable, type Alert, type Monitor } from './wire.ts'

const route = getRouteApi('/monitors/$name')

export function MonitorPage(): ReactNode {
  const { name } = route.useParams()
  const query = useMonitor(name)
  return (
    <Page title={name} fill>
      <Breadcrumbs crumbs={[{ label: 'Monitors', to: '/monitors' }, { label: name }]} />
      <Loaded query={query} what="load the monitor">
        {(monitor) => (
          <>
            <Story at="predictions" links={{ data: `/tables/${monitor.table}` }} />
            <MonitorHead monitor={monitor} />
            <MonitorTabs monitor={monitor} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function MonitorHead({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const refresh = useRefreshMonitor()
  const baseline = monitor.baseline
  return (
    <PageHeader
      title={monitor.name}
      facts={[
        {
          name: 'Watches',
          value: (
            <Link to="/tables/$name" params={{ name: monitor.table }}>
              {monitor.table}
            </Link>
          ),
        },
        {
          name: 'Against',
          value: (
            <Link to="/tables/$name" params={{ name: baseline.table }}>
              {baseline.table}
              {baseline.version === undefined ? '' : `@${baseline.version}`}
            </Link>
          ),
        },
        { name: 'Measured', value: <RelativeTime time={monitor.refreshed_at ?? undefined} /> },
      ]}
      actions={
        <Button icon="retry" busy={refresh.isPending} onClick={() => refresh.mutate(monitor.name)}>
          Measure now
        </Button>
      }
    />
  )
}

function MonitorTabs({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/monitors/$name' })
  const alerts = useAlerts(monitor.name)
  return (
    <Tabs
      label="Monitor"
      fill
      active={search.tab === 'alerts' ? 'alerts' : 'drift'}
      onChange={(tab) => void navigate({ search: { ...search, tab: tab === 'alerts' ? tab : '' } })}
      tabs={[
        { id: 'drift', label: 'Measured', content: <Drift monitor={monitor} /> },
        {
          id: 'alerts',
          label: 'Alerts',
          count: alerts.data?.length,
          content: <Alerts name={monitor.name} />,
        },
      ]}
    />
  )
}

const driftColumns: readonly Column<DriftRow>[] = [
  { id: 'column', header: 'Column', width: 210, value: (row) => row.column },
  { id: 'metric', header: 'Metric', width: 110, value: (row) => row.metric },
  {
    id: 'state',
    header: 'Status',
    width: 120,
    value: (row) => Number(row.over),
    cell: (row) =>
      row.limit === undefined ? (
        <span className="muted">no limit</span>
      ) : (
        <Status state={row.over ? 'FAILED' : 'PASSED'} word={row.over ? 'Over' : 'Within'} />
      ),
  },
  {
    id: 'value',
    header: 'Newest',
    width: 104,
    align: 'end',
    value: (row) => row.value,
    cell: (row) => formatMetric(row.value, 4),
  },
  {
    id: 'limit',
    header: 'Limit',
    width: 90,
    align: 'end',
    value: (row) => row.limit,
    cell: (row) => (row.limit === undefined ? '–' : formatMetric(row.limit)),
  },
  {
    id: 'history',
    header: 'Over the windows',
    width: 150,
    cell: (row) => (
      <Sparkline
        values={row.history.map((point) => point.value)}
        limit={row.limit}
        bad={row.over}
        label={`${row.metric} of ${row.column} in ${pluralise(row.history.length, 'window')}`}
      />
    ),
  },
  {
    id: 'rows',
    header: 'Rows',
    width: 90,
    align: 'end',
    value: (row) => row.rows,
    cell: (row) => formatCount(row.rows),
  },
  { id: 'slice', header: 'Slice', value: (row) => row.slice || 'all rows' },
]

function Drift({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/monitors/$name' })
  const query = useMeasurements(monitor)
  const all = useMemo(
    () => driftRows(query.data ?? [], monitor.alerts ?? []),
    [query.data, monitor.alerts],
  )
  if (monitor.refreshed_at === null) {
    return (
      <EmptyState icon="monitor" title="Not measured yet">
        Press “Measure now”, or let a job refresh it.
      </EmptyState>
    )
  }
  const metrics = [...new Set(all.map((row) => row.metric))].sort()
  const slices = search.slices === 'yes'
  const metric = search.metric ?? ''
  const shown = all.filter(
    (row) => (metric === '' || row.metric === metric) && (slices || row.slice === ''),
  )
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: { ...search, ...change }, replace: true })
  return (
    <>
      <Toolbar>
        <Select
          label="Metric"
          value={metric}
          options={[
            { value: '', label: 'Every metric' },
            ...metrics.map((one) => ({ value: one, label: one })),
          ]}
          onChange={(next) => set({ metric: next })}
        />
        <Checkbox
          label="Slices as well"
          checked={slices}
          onChange={(on) => set({ slices: on ? 'yes' : '' })}
        />
        <Link to="/tables/$name" params={{ name: driftTable(monitor) }}>
          {driftTable(monitor)}
        </Link>
      </Toolbar>
      <div style={{ height: 12, flex: 'none' }} />
      <Loaded query={query} what="read what was measured">
        {() => (
          <DataTable
            label="Measurements"
            fill
            rows={shown}
            columns={driftColumns}
            rowId={(row) => `${row.column} ${row.metric} ${row.slice}`}
            footer={`${pluralise(shown.length, 'line')}, ${shown.filter((row) => row.over).length} over their limit`}
          />
        )}
      </Loaded>
    </>
  )
}

const alertColumns: readonly Column<Alert>[] = [
  {
    id: 'when',
    header: 'When',
    width: 120,
    value: (alert) => alert.created_at,
    cell: (alert) => <RelativeTime time={alert.created_at} />,
  },
  { id: 'window', header: 'Window', width: 200, value: (alert) => alert.window },
  { id: 'column', header: 'Column', width: 200, value: (alert) => alert.column },
  { id: 'metric', header: 'Metric', width: 110, value: (alert) => alert.metric },
  {
    id: 'value',
    header: 'Value',
    width: 100,
    align: 'end',
    value: (alert) => alert.value,
    cell: (alert) => formatMetric(alert.value, 4),
  },
  {
    id: 'limit',
    header: 'Limit',
    width: 90,
    align: 'end',
    value: (alert) => alert.limit,
    cell: (alert) => formatMetric(alert.limit),
  },
  { id: 'slice', header: 'Slice', value: (alert) => alert.slice || 'all rows' },
]

function Alerts({ name }: { readonly name: string }): ReactNode {
  const query = useAlerts(name)
  return (
    <Loaded query={query} what="load the alerts">
      {(alerts) =>
        alerts.length === 0 ? (
          <EmptyState icon="bell" title="No alerts">
            An alert is raised when a value goes over its limit; a job can start on it.
          </EmptyState>
        ) : (
          <DataTable
            label="Alerts"
            fill
            rows={alerts}
            columns={alertColumns}
            rowId={(alert) => alert.id}
          />
        )
      }
    </Loaded>
  )
}
