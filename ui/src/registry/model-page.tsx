import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CopyId } from '../kit/code.tsx'
import { formatSort, parseSort, type Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatCount } from '../kit/format.ts'
import { Columns, Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge, StageBadge, Status } from '../kit/status.tsx'
import { Story } from '../kit/story.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { Note } from '../tracking/note.tsx'
import { TagList } from '../tracking/tag-list.tsx'
import { useDescribe, useSetModelTag } from './use-describe.ts'
import { useModel } from './use-models.ts'
import { checkCount } from './check-count.ts'
import { ModelTimeline } from './timeline.tsx'
import { useVersions } from './use-versions.ts'
import type { ModelVersion, RegisteredModel } from './wire.ts'

const route = getRouteApi('/models/$name')

function Checks({ version }: { readonly version: ModelVersion }): ReactNode {
  const count = checkCount(version)
  if (count === undefined) return '–'
  return count.failed === 0 ? (
    <Badge tone="ok" icon="check">
      {count.passed} passed
    </Badge>
  ) : (
    <Badge tone="bad" icon="cross">
      {count.failed} of {count.passed + count.failed} failed
    </Badge>
  )
}

function versionColumns(aliases: ReadonlyMap<string, readonly string[]>): Column<ModelVersion>[] {
  return [
    {
      id: 'version',
      header: 'Version',
      width: 90,
      value: (version) => Number(version.version),
      cell: (version) => (
        <Link
          to="/models/$name/versions/$version"
          params={{ name: version.name, version: version.version }}
        >
          v{version.version}
        </Link>
      ),
    },
    {
      id: 'stage',
      header: 'Stage',
      width: 110,
      value: (version) => version.current_stage,
      cell: (version) =>
        version.status === 'READY' || version.status === undefined ? (
          <StageBadge stage={version.current_stage} />
        ) : (
          <Status state={version.status} />
        ),
    },
    {
      id: 'aliases',
      header: 'Aliases',
      width: 110,
      value: (version) => aliases.get(version.version)?.join(', '),
      cell: (version) =>
        aliases.get(version.version)?.map((alias) => (
          <Badge key={alias} tone="accent">
            @{alias}
          </Badge>
        )),
    },
    {
      id: 'checks',
      header: 'Checks',
      width: 136,
      value: (version) => checkCount(version)?.failed,
      cell: (version) => <Checks version={version} />,
    },
    {
      id: 'description',
      header: 'Description',
      value: (version) => version.description,
    },
    {
      id: 'by',
      header: 'By',
      width: 200,
      value: (version) => version.user_id,
    },
    {
      id: 'created',
      header: 'Registered',
      width: 120,
      value: (version) => version.creation_timestamp,
      cell: (version) => <RelativeTime time={version.creation_timestamp} />,
    },
  ]
}

export function ModelPage(): ReactNode {
  const { name } = route.useParams()
  const query = useModel(name)
  return (
    <Page title={name}>
      <Breadcrumbs crumbs={[{ label: 'Models', to: '/models' }, { label: name }]} />
      <Loaded query={query} what="load the model">
        {(model) => <ModelBody model={model} />}
      </Loaded>
    </Page>
  )
}

function ModelBody({ model }: { readonly model: RegisteredModel }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/models/$name' })
  const versions = useVersions(model.name)
  const describe = useDescribe({ name: model.name })
  const setTag = useSetModelTag({ name: model.name })
  const aliases = useMemo(() => {
    const found = new Map<string, string[]>()
    for (const { alias, version } of model.aliases ?? []) {
      found.set(version, [...(found.get(version) ?? []), alias])
    }
    return found
  }, [model.aliases])
  const columns = useMemo(() => versionColumns(aliases), [aliases])
  const sort = useMemo(() => parseSort(search.sort ?? '-version'), [search.sort])
  const live = versions.data?.find((version) => version.current_stage === 'Production')
  return (
    <>
      <Story at="model" />
      <PageHeader
        title={model.name}
        badges={
          live === undefined ? (
            <Badge>Nothing in Production</Badge>
          ) : (
            <Link
              to="/models/$name/versions/$version"
              params={{ name: model.name, version: live.version }}
            >
              <Badge tone="ok" icon="check">
                v{live.version} in Production
              </Badge>
            </Link>
          )
        }
        facts={[
          { name: 'Versions', value: formatCount(versions.data?.length) },
          { name: 'Changed', value: <RelativeTime time={model.last_updated_timestamp} /> },
          { name: 'Load', value: <CopyId id={`models:/${model.name}/Production`} /> },
        ]}
      />
      <Note about="model" word="description" text={model.description} onSave={describe.mutate} />
      <Loaded query={versions} what="load the versions">
        {(found) =>
          found.length === 0 ? (
            <EmptyState icon="model" title="No versions yet">
              A version appears when a run's model is registered under this name.
            </EmptyState>
          ) : (
            <>
              <DataTable
                label="Versions"
                maxHeight={640}
                rows={found}
                columns={columns}
                rowId={(version) => version.version}
                sort={sort}
                onSort={(next) =>
                  void navigate({ search: { ...search, sort: formatSort(next) ?? '' } })
                }
                onOpen={(version) =>
                  void navigate({
                    to: '/models/$name/versions/$version',
                    params: { name: version.name, version: version.version },
                  })
                }
              />
              <Columns>
                <ModelTimeline name={model.name} versions={found} />
                <TagList
                  tags={model.tags ?? []}
                  busy={setTag.isPending}
                  onChange={(change) => setTag.mutate(change)}
                />
              </Columns>
            </>
          )
        }
      </Loaded>
    </>
  )
}
