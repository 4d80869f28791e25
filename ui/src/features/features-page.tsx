import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { useViews, type FeatureView } from './use-views.ts'

function features(view: FeatureView): string[] {
  const { columns = [], aggregations = [] } = view.definition
  return [
    ...columns.map((one) => one.as),
    ...aggregations.map((one) => `${one.as} = ${one.function}(${one.column}) over ${one.window}`),
  ]
}

const columns: readonly Column<FeatureView>[] = [
  { id: 'name', header: 'View', width: 220, value: (view) => view.name },
  {
    id: 'table',
    header: 'From table',
    width: 240,
    value: (view) => view.definition.table,
    cell: (view) => (
      <Link to="/tables/$name" params={{ name: view.definition.table }}>
        {view.definition.table}
      </Link>
    ),
  },
  { id: 'keys', header: 'Keys', width: 150, value: (view) => view.definition.keys.join(', ') },
  { id: 'time', header: 'Event time', width: 130, value: (view) => view.definition.event_time },
  {
    id: 'features',
    header: 'Features',
    value: (view) => features(view).join(', '),
  },
  { id: 'version', header: 'Version', width: 84, align: 'end', value: (view) => view.version },
  {
    id: 'created',
    header: 'Created',
    width: 110,
    value: (view) => view.created_at,
    cell: (view) => <RelativeTime time={view.created_at} />,
  },
]

/** Keyed, time-stamped features, read as of a moment so that training cannot see the future. */
export function FeaturesPage(): ReactNode {
  const query = useViews()
  return (
    <Page title="Features" fill>
      <Breadcrumbs crumbs={[{ label: 'Features' }]} />
      <PageHeader
        title="Features"
        badges={query.data && <span className="muted">{pluralise(query.data.length, 'view')}</span>}
      />
      <Loaded query={query} what="load the feature views">
        {(views) =>
          views.length === 0 ? (
            <EmptyState
              icon="feature"
              title="No feature views yet"
              command={
                'millrace.features.create_view(name="usage", table="main.churn.customers", keys=["customer_id"], event_time="updated_at", …)'
              }
            >
              A view computes features from a table by key and event time. Training sets and
              endpoints read the value that was known at each moment:
            </EmptyState>
          ) : (
            <DataTable
              label="Feature views"
              fill
              rows={views}
              columns={columns}
              rowId={(view) => view.name}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
