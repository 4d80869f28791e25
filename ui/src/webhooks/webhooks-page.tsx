import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Page, PageHeader, Section } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge, Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import {
  useDeliveries,
  useRedeliver,
  useWebhooks,
  type Delivery,
  type Webhook,
} from './use-webhooks.ts'

const route = getRouteApi('/admin/webhooks')

function webhookName(webhook: Webhook): string {
  return webhook.name || webhook.description || webhook.id
}

const columns: readonly Column<Webhook>[] = [
  { id: 'name', header: 'Webhook', width: 230, value: webhookName },
  {
    id: 'status',
    header: 'Status',
    width: 100,
    value: (webhook) => webhook.status,
    cell: (webhook) => <Status state={webhook.status} />,
  },
  {
    id: 'target',
    header: 'Tells',
    value: (webhook) => webhook.url ?? `job ${webhook.job_id ?? ''}`,
    cell: (webhook) =>
      webhook.job_id === undefined ? (
        <code title={webhook.url}>{webhook.url}</code>
      ) : (
        <Link to="/jobs/$jobId" params={{ jobId: String(webhook.job_id) }}>
          job {webhook.job_id}
        </Link>
      ),
  },
  {
    id: 'events',
    header: 'About',
    width: 320,
    value: (webhook) => webhook.events.join(', ').toLowerCase().replaceAll('_', ' '),
  },
  { id: 'model', header: 'Model', width: 130, value: (webhook) => webhook.model_name ?? 'all' },
  {
    id: 'dialect',
    header: 'Dialect',
    width: 110,
    value: (webhook) => webhook.dialect,
    cell: (webhook) => <Badge>{webhook.dialect}</Badge>,
  },
]

/** Who is told about changes of models, and whether the message arrived. */
export function WebhooksPage(): ReactNode {
  const { id } = route.useSearch()
  const navigate = useNavigate({ from: '/admin/webhooks' })
  const query = useWebhooks()
  const chosen = query.data?.find((webhook) => webhook.id === id) ?? query.data?.[0]
  return (
    <Page title="Webhooks">
      <Breadcrumbs crumbs={[{ label: 'Webhooks' }]} />
      <PageHeader title="Webhooks" />
      <Loaded query={query} what="load the webhooks">
        {(webhooks) =>
          webhooks.length === 0 ? (
            <EmptyState
              icon="webhook"
              title="No webhooks yet"
              command={
                'w.model_registry.create_webhook(events=["MODEL_VERSION_CREATED"], http_url_spec=HttpUrlSpec(url="https://…"))'
              }
            >
              A webhook posts to an address, or starts a job, when a model changes. MLflow's and
              Databricks' clients both make them:
            </EmptyState>
          ) : (
            <DataTable
              label="Webhooks"
              rows={webhooks}
              columns={columns}
              rowId={(webhook) => webhook.id}
              maxHeight={320}
              onOpen={(webhook) => void navigate({ search: { id: webhook.id } })}
            />
          )
        }
      </Loaded>
      {chosen !== undefined && <Deliveries webhook={chosen} />}
    </Page>
  )
}

const states: Readonly<Record<string, string>> = {
  delivered: 'DELIVERED',
  failed: 'FAILED',
  pending: 'QUEUED',
  waiting: 'QUEUED',
}

function Deliveries({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const query = useDeliveries(webhook.id)
  const again = useRedeliver()
  const deliveryColumns = useMemo(
    (): Column<Delivery>[] => [
      { id: 'event', header: 'Event', width: 260, value: (one) => one.event },
      {
        id: 'state',
        header: 'Status',
        width: 120,
        value: (one) => one.state,
        cell: (one) => <Status state={states[one.state.toLowerCase()] ?? one.state} />,
      },
      { id: 'tries', header: 'Tries', width: 74, align: 'end', value: (one) => one.tries },
      {
        id: 'answer',
        header: 'Answer',
        width: 90,
        align: 'end',
        value: (one) => one.last_status ?? undefined,
      },
      {
        id: 'when',
        header: 'When',
        width: 116,
        value: (one) => one.created_at,
        cell: (one) => <RelativeTime time={one.created_at} />,
      },
      { id: 'outcome', header: 'Outcome', value: (one) => one.last_outcome ?? undefined },
      {
        id: 'again',
        header: 'Again',
        width: 100,
        cell: (one) => (
          <Button small icon="retry" onClick={() => again.mutate({ webhook, deliveryId: one.id })}>
            Send
          </Button>
        ),
      },
    ],
    [webhook, again],
  )
  return (
    <Section title={`Sent for ${webhookName(webhook)}`}>
      <Loaded query={query} what="load the deliveries">
        {(deliveries) =>
          deliveries.length === 0 ? (
            <EmptyState icon="webhook" title="Nothing was sent yet" />
          ) : (
            <DataTable
              label="Deliveries"
              rows={deliveries}
              columns={deliveryColumns}
              rowId={(one) => one.id}
              maxHeight={480}
            />
          )
        }
      </Loaded>
    </Section>
  )
}
