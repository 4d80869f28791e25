import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Icon } from '../kit/icons.tsx'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { StageBadge } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { useNarrow } from '../kit/use-narrow.ts'
import { WorkList } from '../kit/work-list.tsx'
import { useOpenRequests } from './use-requests.ts'
import type { TransitionRequest } from './wire.ts'

function whoMay(request: TransitionRequest): string {
  return request.approvers.includes('*')
    ? 'any person but the requester'
    : request.approvers.join(', ')
}

const columns: readonly Column<TransitionRequest>[] = [
  {
    id: 'model',
    header: 'What is asked',
    width: 260,
    value: (request) => `${request.name} v${request.version}`,
    cell: (request) => (
      <Link
        to="/models/$name/versions/$version"
        params={{ name: request.name, version: request.version }}
      >
        {request.name} v{request.version}
      </Link>
    ),
  },
  {
    id: 'stage',
    header: 'To',
    width: 120,
    value: (request) => request.stage,
    cell: (request) => <StageBadge stage={request.stage} />,
  },
  { id: 'by', header: 'Asked by', width: 160, value: (request) => request.creator },
  { id: 'comment', header: 'Why', value: (request) => request.comment },
  {
    id: 'approvers',
    header: 'May decide',
    width: 200,
    value: (request) => whoMay(request),
  },
  {
    id: 'created',
    header: 'Asked',
    width: 110,
    value: (request) => request.created_at,
    cell: (request) => <RelativeTime time={request.created_at} />,
  },
  {
    id: 'expires',
    header: 'Expires',
    width: 110,
    value: (request) => request.expires_at ?? undefined,
    cell: (request) => <RelativeTime time={request.expires_at ?? undefined} />,
  },
]

/** Every request that waits for a person. */
export function ApprovalsPage(): ReactNode {
  const query = useOpenRequests()
  return (
    <Page title="Approvals" fill>
      <Breadcrumbs crumbs={[{ label: 'Approvals' }]} />
      <PageHeader title="Approvals" />
      <Loaded query={query} what="load the requests">
        {(requests) =>
          requests.length === 0 ? (
            <EmptyState icon="approval" title="Nothing waits for approval">
              A request appears here when a pipeline or a person asks for a protected stage.
            </EmptyState>
          ) : (
            <Requests requests={requests} />
          )
        }
      </Loaded>
    </Page>
  )
}

/** Cards on a phone, for who asks and why must be in sight there as well; a table elsewhere. */
function Requests({ requests }: { readonly requests: readonly TransitionRequest[] }): ReactNode {
  const navigate = useNavigate()
  if (useNarrow()) {
    return (
      <WorkList
        label="Open requests"
        none="Nothing waits for approval."
        items={requests.map((request) => ({
          id: request.request_id,
          to: `/models/${encodeURIComponent(request.name)}/versions/${request.version}`,
          lead: <Icon name="approval" />,
          title: `Approve ${request.name} v${request.version} for ${request.stage}?`,
          sub: `${request.creator}${request.comment === '' ? '' : `: ${request.comment}`}`,
          end: <RelativeTime time={request.created_at} />,
        }))}
      />
    )
  }
  return (
    <DataTable
      label="Open requests"
      fill
      rows={requests}
      columns={columns}
      rowId={(request) => request.request_id}
      onOpen={({ name, version }) =>
        void navigate({ to: '/models/$name/versions/$version', params: { name, version } })
      }
    />
  )
}
