import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { CheckSections } from '../gates/check-sections.tsx'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CopyId } from '../kit/code.tsx'
import { pluralise } from '../kit/format.ts'
import { Columns, KeyValues, Page, PageHeader, Panel, Section, type Fact } from '../kit/page.tsx'
import { Loaded } from '../kit/states.tsx'
import { Badge, StageBadge, Status } from '../kit/status.tsx'
import { Story } from '../kit/story.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { VersionWhy } from '../provenance/version-why.tsx'
import { useEndpoints } from '../serving/use-endpoints.ts'
import { Note } from '../tracking/note.tsx'
import { TagList } from '../tracking/tag-list.tsx'
import { runName } from '../tracking/run-facts.ts'
import { useRun } from '../tracking/use-runs.ts'
import type { Run, Tag } from '../tracking/wire.ts'
import { AliasList } from './alias-list.tsx'
import { Answer, Question } from './decision-panel.tsx'
import { StageMenu } from './stage-menu.tsx'
import { Timeline } from './timeline.tsx'
import { useDescribe, useSetModelTag } from './use-describe.ts'
import { useOpenRequests } from './use-requests.ts'
import { useVersion, useVersions } from './use-versions.ts'
import { VersionDiff } from './version-diff.tsx'
import { endpointsOf, searchOf, storyLinks } from './version-story.ts'
import type { ModelVersion, TransitionRequest } from './wire.ts'
import styles from './version-page.module.css'

const route = getRouteApi('/models/$name/versions/$version')

export function VersionPage(): ReactNode {
  const { name, version } = route.useParams()
  const query = useVersion(name, version)
  return (
    <Page title={`${name} v${version}`}>
      <Breadcrumbs
        crumbs={[
          { label: 'Models', to: '/models' },
          { label: name, to: `/models/${encodeURIComponent(name)}` },
          { label: `v${version}` },
        ]}
      />
      <Loaded query={query} what="load the version">
        {(found) => <VersionBody version={found} />}
      </Loaded>
    </Page>
  )
}

function VersionBody({ version }: { readonly version: ModelVersion }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/models/$name/versions/$version' })
  const requests = useOpenRequests()
  const versions = useVersions(version.name)
  const run = useRun(version.run_id ?? '')
  const endpoints = useEndpoints()
  const live = versions.data?.find(
    (other) => other.current_stage === 'Production' && other.version !== version.version,
  )
  const open = (requests.data ?? []).filter(
    (request) => request.name === version.name && request.version === version.version,
  )
  return (
    <>
      <Story
        at={open.length > 0 ? 'decision' : 'model'}
        links={storyLinks(version, run.data, endpoints.data ?? [])}
      />
      <VersionHead version={version} />
      {open.map((request) => (
        <Question key={request.request_id} request={request} replaces={live?.version} />
      ))}
      <Tabs
        label="Version"
        active={search.tab === 'why' ? 'why' : 'evidence'}
        onChange={(tab) => void navigate({ search: { tab: tab === 'why' ? tab : '' } })}
        tabs={[
          {
            id: 'evidence',
            label: 'Evidence',
            content: <Evidence version={version} live={live} open={open} run={run.data} />,
          },
          {
            id: 'why',
            label: 'Why it is as it is',
            content: <VersionWhy node={`model:${version.name}/${version.version}`} />,
          },
        ]}
      />
    </>
  )
}

function VersionHead({ version }: { readonly version: ModelVersion }): ReactNode {
  const by = version.user_id ?? ''
  return (
    <PageHeader
      title={`${version.name} v${version.version}`}
      badges={
        <>
          <StageBadge stage={version.current_stage} />
          {version.aliases?.map((alias) => (
            <Badge key={alias} tone="accent">
              @{alias}
            </Badge>
          ))}
          {version.status !== 'READY' && <Status state={version.status} />}
        </>
      }
      facts={[
        { name: 'Registered', value: <RelativeTime time={version.creation_timestamp} /> },
        ...(by === '' ? [] : [{ name: 'By', value: by }]),
        { name: 'Load', value: <CopyId id={`models:/${version.name}/${version.version}`} /> },
      ]}
      actions={<StageMenu version={version} />}
    />
  )
}

function Evidence({
  version,
  live,
  open,
  run,
}: {
  readonly version: ModelVersion
  readonly live: ModelVersion | undefined
  readonly open: readonly TransitionRequest[]
  readonly run: Run | undefined
}): ReactNode {
  const describe = useDescribe({ name: version.name, version: version.version })
  return (
    <Columns>
      <div className={styles['stack']}>
        <Note
          about="version"
          word="description"
          text={version.description}
          onSave={describe.mutate}
        />
        <CheckSections model={version.name} version={version.version} />
        <VersionDiff version={version} live={live} />
        {open.map((request) => (
          <Answer key={request.request_id} request={request} />
        ))}
        <Timeline name={version.name} version={version.version} />
      </div>
      <VersionSide version={version} run={run} />
    </Columns>
  )
}

function VersionSide({
  version,
  run,
}: {
  readonly version: ModelVersion
  readonly run: Run | undefined
}): ReactNode {
  const endpoints = useEndpoints()
  const serving = endpointsOf(version, endpoints.data ?? [])
  return (
    <div className={styles['stack']}>
      <Section title="Where it came from">
        <Panel>
          <KeyValues facts={originFacts(version, run)} />
        </Panel>
      </Section>
      <Section title="Where it answers">
        <Panel>
          {serving.length === 0 && <p className="muted">No endpoint serves it.</p>}
          {serving.map((endpoint) => (
            <div key={endpoint.name}>
              <Link to="/endpoints/$name" params={{ name: endpoint.name }}>
                {endpoint.name}
              </Link>
            </div>
          ))}
        </Panel>
      </Section>
      <AliasList version={version} />
      <Tags version={version} />
    </div>
  )
}

/** People's tags, edited in place; what gates and serving wrote, which the checks say better, folded. */
function Tags({ version }: { readonly version: ModelVersion }): ReactNode {
  const setTag = useSetModelTag({ name: version.name, version: version.version })
  const tags = version.tags ?? []
  const written = (tag: Tag) => /^(?:gate|millrace)\./.test(tag.key)
  const folded = tags.filter(written)
  return (
    <>
      <TagList
        tags={tags.filter((tag) => !written(tag))}
        busy={setTag.isPending}
        onChange={(change) => setTag.mutate(change)}
      />
      {folded.length > 0 && (
        <details>
          <summary>{pluralise(folded.length, 'tag')} written by the platform</summary>
          <Panel>
            <KeyValues facts={folded.map((tag) => ({ name: tag.key, value: tag.value }))} />
          </Panel>
        </details>
      )}
    </>
  )
}

function originFacts(version: ModelVersion, run: Run | undefined): Fact[] {
  const { data, trials } = storyLinks(version, run, [])
  const searchId = searchOf(run)
  const dataset = run?.inputs?.dataset_inputs?.[0]?.dataset.name
  return [
    ...(run === undefined || trials === undefined
      ? []
      : [{ name: 'Run', value: <Link to={trials}>{runName(run)}</Link> }]),
    ...(searchId === undefined
      ? []
      : [
          {
            name: 'Search',
            value: (
              <Link to="/automl/$searchId" params={{ searchId }}>
                Its leaderboard
              </Link>
            ),
          },
        ]),
    ...(data === undefined ? [] : [{ name: 'Data', value: <Link to={data}>{dataset}</Link> }]),
    { name: 'Source', value: <CopyId id={version.source ?? ''} /> },
    { name: 'Changed', value: <RelativeTime time={version.last_updated_timestamp} /> },
  ]
}
