import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { useEndpoints } from './use-endpoints.ts'
import { endpointState, type Endpoint } from './wire.ts'

function servedText(endpoint: Endpoint): string {
  return (endpoint.config?.served_entities ?? [])
    .map((entity) => `${entity.entity_name} v${entity.entity_version}`)
    .join(', ')
}

const columns: readonly Column<Endpoint>[] = [
  {
    id: 'name',
    header: 'Endpoint',
    width: 260,
    value: (endpoint) => endpoint.name,
    cell: (endpoint) => (
      <Link to="/endpoints/$name" params={{ name: endpoint.name }}>
        {endpoint.name}
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'Status',
    width: 140,
    value: endpointState,
    cell: (endpoint) => <Status state={endpointState(endpoint)} />,
  },
  { id: 'serves', header: 'Serves', value: servedText },
  { id: 'by', header: 'By', width: 160, value: (endpoint) => endpoint.creator },
  {
    id: 'changed',
    header: 'Last changed',
    width: 130,
    value: (endpoint) => endpoint.last_updated_timestamp,
    cell: (endpoint) => <RelativeTime time={endpoint.last_updated_timestamp} />,
  },
]

/** Where models answer. */
export function EndpointsPage(): ReactNode {
  const query = useEndpoints()
  const navigate = useNavigate()
  return (
    <Page title="Endpoints" fill>
      <Breadcrumbs crumbs={[{ label: 'Endpoints' }]} />
      <PageHeader
        title="Endpoints"
        badges={
          query.data && <span className="muted">{pluralise(query.data.length, 'endpoint')}</span>
        }
      />
      <Loaded query={query} what="load the endpoints">
        {(endpoints) =>
          endpoints.length === 0 ? (
            <EmptyState
              icon="endpoint"
              title="No endpoints yet"
              command={
                'w.serving_endpoints.create(name="churn", config=EndpointCoreConfigInput(served_entities=[…]))'
              }
            >
              An endpoint answers rows with predictions of a registered version, and switches
              versions without a failed request. The databricks-sdk makes one:
            </EmptyState>
          ) : (
            <DataTable
              label="Endpoints"
              fill
              rows={endpoints}
              columns={columns}
              rowId={(endpoint) => endpoint.name}
              onOpen={(endpoint) =>
                void navigate({ to: '/endpoints/$name', params: { name: endpoint.name } })
              }
            />
          )
        }
      </Loaded>
    </Page>
  )
}
