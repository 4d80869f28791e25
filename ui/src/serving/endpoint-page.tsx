import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CodeBlock } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatCount } from '../kit/format.ts'
import { Columns, KeyValues, Page, PageHeader, Panel, Section, type Fact } from '../kit/page.tsx'
import { Loaded } from '../kit/states.tsx'
import { Badge, Status } from '../kit/status.tsx'
import { Story } from '../kit/story.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { TryIt } from './try-it.tsx'
import { useEndpoint, useFigures } from './use-endpoints.ts'
import { endpointState, type Endpoint, type EndpointConfig, type ServedEntity } from './wire.ts'
import styles from './endpoint-page.module.css'

const route = getRouteApi('/endpoints/$name')

export function EndpointPage(): ReactNode {
  const { name } = route.useParams()
  const query = useEndpoint(name)
  return (
    <Page title={name}>
      <Breadcrumbs crumbs={[{ label: 'Endpoints', to: '/endpoints' }, { label: name }]} />
      <Loaded query={query} what="load the endpoint">
        {(endpoint) => <EndpointBody endpoint={endpoint} />}
      </Loaded>
    </Page>
  )
}

function versionPath(entity: ServedEntity): string {
  return `/models/${encodeURIComponent(entity.entity_name)}/versions/${entity.entity_version}`
}

function EndpointHead({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const [first] = endpoint.config?.served_entities ?? []
  const serves =
    first === undefined ? (
      'nothing yet'
    ) : (
      <Link to={versionPath(first)}>
        {first.entity_name} v{first.entity_version}
      </Link>
    )
  return (
    <PageHeader
      title={endpoint.name}
      kicker={endpoint.description}
      badges={<Status state={endpointState(endpoint)} />}
      facts={[
        { name: 'Serves', value: serves },
        { name: 'Changed', value: <RelativeTime time={endpoint.last_updated_timestamp} /> },
        { name: 'By', value: endpoint.creator ?? '–' },
      ]}
    />
  )
}

function EndpointBody({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const [first] = endpoint.config?.served_entities ?? []
  const payload = endpoint.config?.auto_capture_config?.state?.payload_table?.name
  return (
    <>
      <Story
        at="endpoint"
        links={{
          ...(first === undefined ? {} : { model: versionPath(first) }),
          ...(payload === undefined ? {} : { predictions: `/tables/${payload}` }),
        }}
      />
      <EndpointHead endpoint={endpoint} />
      {endpoint.state_message !== undefined && <p>{endpoint.state_message}</p>}
      <Columns>
        <div className={styles['stack']}>
          {endpoint.config !== undefined && <Served title="Serves now" config={endpoint.config} />}
          {endpoint.pending_config !== undefined && (
            <Served title="Being made ready" config={endpoint.pending_config} />
          )}
          <TryIt name={endpoint.name} entity={first} />
        </div>
        <EndpointSide endpoint={endpoint} payload={payload} />
      </Columns>
    </>
  )
}

function shareOf(config: EndpointConfig, entity: ServedEntity): number {
  const found = config.traffic_config?.routes?.find(
    (one) => (one.served_entity_name ?? one.served_model_name) === entity.name,
  )
  return found?.traffic_percentage ?? 0
}

function servedColumns(config: EndpointConfig): Column<ServedEntity>[] {
  return [
    {
      id: 'version',
      header: 'Version',
      width: 200,
      value: (entity) => `${entity.entity_name} v${entity.entity_version}`,
      cell: (entity) => (
        <Link to={versionPath(entity)}>
          {entity.entity_name} v{entity.entity_version}
        </Link>
      ),
    },
    {
      id: 'state',
      header: 'Status',
      width: 120,
      value: (entity) => entity.state?.deployment,
      cell: (entity) => <Status state={entity.state?.deployment?.replace('DEPLOYMENT_', '')} />,
    },
    {
      id: 'traffic',
      header: 'Traffic',
      width: 170,
      value: (entity) => shareOf(config, entity),
      cell: (entity) => (
        <span className={styles['traffic']}>
          <span className={styles['track']}>
            <span className={styles['share']} style={{ width: `${shareOf(config, entity)}%` }} />
          </span>
          <span className="num">{shareOf(config, entity)} %</span>
        </span>
      ),
    },
    {
      id: 'how',
      header: 'Runs as',
      width: 110,
      value: (entity) => entity.flavour,
      cell: (entity) =>
        entity.flavour === undefined ? '–' : <Badge tone="accent">{entity.flavour}</Badge>,
    },
    {
      id: 'message',
      header: 'Message',
      value: (entity) => entity.state?.deployment_state_message,
    },
  ]
}

function Served({
  title,
  config,
}: {
  readonly title: string
  readonly config: EndpointConfig
}): ReactNode {
  return (
    <Section title={title} note={`config ${config.config_version ?? ''}`}>
      <DataTable
        label={title}
        rows={config.served_entities ?? []}
        columns={servedColumns(config)}
        rowId={(entity) => entity.name}
      />
    </Section>
  )
}

function EndpointSide({
  endpoint,
  payload,
}: {
  readonly endpoint: Endpoint
  readonly payload: string | undefined
}): ReactNode {
  const { data } = useFigures(endpoint.name)
  const ms = (value: number | undefined) => (value === undefined ? '–' : `≤ ${value} ms`)
  const facts: Fact[] = [
    { name: 'Requests', value: formatCount(data?.requests) },
    { name: 'Refused', value: formatCount(data?.refused) },
    { name: 'Failed', value: formatCount(data?.failed) },
    { name: 'Half within', value: ms(data?.p50) },
    { name: '99 % within', value: ms(data?.p99) },
  ]
  const url =
    endpoint.endpoint_url ?? `${location.origin}/serving-endpoints/${endpoint.name}/invocations`
  return (
    <div className={styles['stack']}>
      <Section title="Since the server started">
        <Panel>
          <KeyValues facts={facts} />
        </Panel>
      </Section>
      <Section title="Recorded traffic">
        <Panel>
          {payload === undefined ? (
            <p className="muted">Requests and answers are not recorded.</p>
          ) : (
            <Link to="/tables/$name" params={{ name: payload }} search={{ tab: 'preview' }}>
              {payload}
            </Link>
          )}
        </Panel>
      </Section>
      <Section title="Call it">
        <CodeBlock
          language="shell"
          text={`curl ${url} \\\n  -H 'content-type: application/json' \\\n  -d '{"dataframe_records": [{…}]}'`}
        />
      </Section>
    </div>
  )
}
