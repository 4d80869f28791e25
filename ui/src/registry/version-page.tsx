import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { CheckTable } from '../gates/check-table.tsx'
import { useEvaluations } from '../gates/use-evaluations.ts'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CopyId } from '../kit/code.tsx'
import { Markdown } from '../kit/markdown.tsx'
import { Columns, KeyValues, Page, PageHeader, Panel, Section, type Fact } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge, StageBadge, Status } from '../kit/status.tsx'
import { Story } from '../kit/story.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { useRun } from '../tracking/use-runs.ts'
import { Answer, Question } from './decision-panel.tsx'
import { Timeline } from './timeline.tsx'
import { StageMenu } from './stage-menu.tsx'
import { useOpenRequests } from './use-requests.ts'
import { useVersion, useVersions } from './use-versions.ts'
import { VersionDiff } from './version-diff.tsx'
import type { ModelVersion } from './wire.ts'
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
  const requests = useOpenRequests()
  const versions = useVersions(version.name)
  const run = useRun(version.run_id ?? '')
  const live = versions.data?.find(
    (other) => other.current_stage === 'Production' && other.version !== version.version,
  )
  const open = (requests.data ?? []).filter(
    (request) => request.name === version.name && request.version === version.version,
  )
  const runPath =
    run.data === undefined
      ? undefined
      : `/experiments/${run.data.info.experiment_id}/runs/${run.data.info.run_id}`
  return (
    <>
      <Story
        at={open.length > 0 ? 'decision' : 'model'}
        links={{
          ...(runPath === undefined ? {} : { trials: runPath }),
          model: `/models/${encodeURIComponent(version.name)}`,
        }}
      />
      <VersionHead version={version} />
      {open.map((request) => (
        <Question key={request.request_id} request={request} replaces={live?.version} />
      ))}
      <Columns>
        <div className={styles['stack']}>
          <Checks version={version} />
          <VersionDiff version={version} live={live} />
          {open.map((request) => (
            <Answer key={request.request_id} request={request} />
          ))}
          <Timeline name={version.name} version={version.version} />
          {version.description !== undefined && version.description !== '' && (
            <Section title="Description">
              <Panel>
                <Markdown text={version.description} />
              </Panel>
            </Section>
          )}
        </div>
        <VersionSide version={version} runPath={runPath} />
      </Columns>
    </>
  )
}

function VersionHead({ version }: { readonly version: ModelVersion }): ReactNode {
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
        ...(version.user_id === undefined || version.user_id === ''
          ? []
          : [{ name: 'By', value: version.user_id }]),
        { name: 'Load', value: <CopyId id={`models:/${version.name}/${version.version}`} /> },
      ]}
      actions={<StageMenu version={version} />}
    />
  )
}

function Checks({ version }: { readonly version: ModelVersion }): ReactNode {
  const query = useEvaluations(version.name, version.version)
  return (
    <Loaded query={query} what="load the checks">
      {(evaluations) => {
        const [newest] = evaluations
        if (newest === undefined) {
          return (
            <Section title="Checks">
              <EmptyState
                icon="approval"
                title="Not checked yet"
                command={`npx millrace gate ${version.name}/${version.version}`}
              >
                A promotion contract (promotion.yaml) says what a version must prove. Run its
                checks:
              </EmptyState>
            </Section>
          )
        }
        const checks = newest.checks ?? []
        const slices = checks.filter((check) => check.slice !== undefined)
        return (
          <>
            <Section
              title="Checks"
              note={<RelativeTime time={newest.created_at} />}
              actions={<Status state={newest.passed ? 'PASSED' : 'FAILED'} />}
            >
              <CheckTable
                label="Checks"
                checks={checks.filter((check) => check.slice === undefined)}
              />
            </Section>
            {slices.length > 0 && (
              <Section title="Slices">
                <CheckTable label="Slices" checks={slices} />
              </Section>
            )}
          </>
        )
      }}
    </Loaded>
  )
}

function VersionSide({
  version,
  runPath,
}: {
  readonly version: ModelVersion
  readonly runPath: string | undefined
}): ReactNode {
  const facts = useMemo(() => {
    const list: Fact[] = [
      {
        name: 'Run',
        value:
          runPath === undefined ? '–' : <Link to={runPath}>{version.run_id?.slice(0, 12)}</Link>,
      },
      { name: 'Source', value: <CopyId id={version.source ?? ''} /> },
      { name: 'Changed', value: <RelativeTime time={version.last_updated_timestamp} /> },
    ]
    return list
  }, [version, runPath])
  const tags = version.tags ?? []
  return (
    <div className={styles['stack']}>
      <Section title="Where it came from">
        <Panel>
          <KeyValues facts={facts} />
        </Panel>
      </Section>
      {tags.length > 0 && (
        <Section title="Tags">
          <Panel>
            <KeyValues facts={tags.map((tag) => ({ name: tag.key, value: tag.value }))} />
          </Panel>
        </Section>
      )}
    </div>
  )
}
