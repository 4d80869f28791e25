import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatCount, pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { useAlerts, useMonitors } from './use-monitors.ts'
import type { Monitor } from './wire.ts'

const columns: readonly Column<Monitor>[] = [
  {
    id: 'name',
    header: 'Monitor',
    width: 220,
    value: (monitor) => monitor.name,
    cell: (monitor) => (
      <Link to="/monitors/$name" params={{ name: monitor.name }}>
        {monitor.name}
      </Link>
    ),
  },
  {
    id: 'alerts',
    header: 'Newest window',
    width: 150,
    cell: (monitor) => <WindowState monitor={monitor} />,
  },
  {
    id: 'table',
    header: 'Watches',
    value: (monitor) => monitor.table,
    cell: (monitor) => (
      <Link to="/tables/$name" params={{ name: monitor.table }}>
        {monitor.table}
      </Link>
    ),
  },
  { id: 'baseline', header: 'Against', width: 240, value: (monitor) => monitor.baseline.table },
  {
    id: 'rules',
    header: 'Limits',
    width: 84,
    align: 'end',
    value: (monitor) => monitor.alerts?.length ?? 0,
    cell: (monitor) => formatCount(monitor.alerts?.length ?? 0),
  },
  {
    id: 'refreshed',
    header: 'Measured',
    width: 120,
    value: (monitor) => monitor.refreshed_at ?? undefined,
    cell: (monitor) => <RelativeTime time={monitor.refreshed_at ?? undefined} />,
  },
]

/** Whether the last refresh raised an alert. */
function WindowState({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const { data } = useAlerts(monitor.name)
  if (monitor.refreshed_at === null) return <Status state="NOT_STARTED" word="Not measured" />
  const newest = data?.[0]
  const raised = data?.filter((alert) => alert.window === newest?.window).length ?? 0
  const current = newest !== undefined && newest.created_at >= monitor.refreshed_at - 60_000
  return current && raised > 0 ? (
    <Status state="FAILED" word={pluralise(raised, 'alert')} />
  ) : (
    <Status state="PASSED" word="Within limits" />
  )
}

/** What watches tables for drift and falling quality. */
export function MonitorsPage(): ReactNode {
  const query = useMonitors()
  const navigate = useNavigate()
  return (
    <Page title="Monitors" fill>
      <Breadcrumbs crumbs={[{ label: 'Monitors' }]} />
      <PageHeader
        title="Monitors"
        badges={
          query.data && <span className="muted">{pluralise(query.data.length, 'monitor')}</span>
        }
      />
      <Loaded query={query} what="load the monitors">
        {(monitors) =>
          monitors.length === 0 ? (
            <EmptyState
              icon="monitor"
              title="No monitors yet"
              command={
                'millrace.monitors.create(name="churn-drift", table="main.churn.predictions", baseline="main.churn.training")'
              }
            >
              A monitor compares the newest rows of a table with a baseline, column by column and
              slice by slice, and raises an alert that can start a job:
            </EmptyState>
          ) : (
            <DataTable
              label="Monitors"
              fill
              rows={monitors}
              columns={columns}
              rowId={(monitor) => monitor.name}
              onOpen={(monitor) =>
                void navigate({ to: '/monitors/$name', params: { name: monitor.name } })
              }
            />
          )
        }
      </Loaded>
    </Page>
  )
}
