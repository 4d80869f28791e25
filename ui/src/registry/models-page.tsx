import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Fragment, useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { formatSort, parseSort, type Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { FilterBar, FilterProblem } from '../kit/filter-bar.tsx'
import { formatCount, pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { modelGrammar } from '../tracking/search-grammar.ts'
import { useModels } from './use-models.ts'
import type { ModelVersion, RegisteredModel } from './wire.ts'

const route = getRouteApi('/models')

function inStage(model: RegisteredModel, stage: string): ModelVersion | undefined {
  return model.latest_versions?.find((version) => version.current_stage === stage)
}

function newest(model: RegisteredModel): number | undefined {
  const numbers = (model.latest_versions ?? []).map((version) => Number(version.version))
  return numbers.length === 0 ? undefined : Math.max(...numbers)
}

function VersionLink({ version }: { readonly version: ModelVersion | undefined }): ReactNode {
  if (version === undefined) return <span className="muted">–</span>
  return (
    <Link
      to="/models/$name/versions/$version"
      params={{ name: version.name, version: version.version }}
    >
      v{version.version}
    </Link>
  )
}

function stageColumn(stage: string): Column<RegisteredModel> {
  return {
    id: stage,
    header: stage,
    width: 110,
    value: (model) => {
      const version = inStage(model, stage)
      return version === undefined ? undefined : Number(version.version)
    },
    cell: (model) => <VersionLink version={inStage(model, stage)} />,
  }
}

const columns: readonly Column<RegisteredModel>[] = [
  {
    id: 'name',
    header: 'Model',
    value: (model) => model.name,
    cell: (model) => (
      <Link to="/models/$name" params={{ name: model.name }} title={model.name}>
        {model.name}
      </Link>
    ),
  },
  stageColumn('Production'),
  stageColumn('Staging'),
  {
    id: 'newest',
    header: 'Newest',
    width: 90,
    align: 'end',
    value: newest,
    cell: (model) => (newest(model) === undefined ? '–' : `v${newest(model) ?? ''}`),
  },
  {
    id: 'aliases',
    header: 'Aliases',
    width: 300,
    value: (model) => model.aliases?.map((alias) => alias.alias).join(', '),
    cell: (model) =>
      model.aliases?.map((alias) => (
        <Fragment key={alias.alias}>
          <Badge tone="accent">
            @{alias.alias} v{alias.version}
          </Badge>{' '}
        </Fragment>
      )),
  },
  {
    id: 'description',
    header: 'Description',
    width: 280,
    value: (model) => model.description,
  },
  {
    id: 'changed',
    header: 'Last changed',
    width: 120,
    value: (model) => model.last_updated_timestamp,
    cell: (model) => <RelativeTime time={model.last_updated_timestamp} />,
  },
]

function tagKeys(models: readonly RegisteredModel[]): string[] {
  const keys = new Set(models.flatMap((model) => (model.tags ?? []).map((tag) => tag.key)))
  return [...keys].sort().map((key) => `tags.${key}`)
}

const registerCommand = `mlflow.register_model("runs:/<run id>/model", "churn")`

export function ModelsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/models' })
  const filter = search.q ?? ''
  const query = useModels(filter)
  const sort = useMemo(() => parseSort(search.sort), [search.sort])
  return (
    <Page title="Models" fill>
      <Breadcrumbs crumbs={[{ label: 'Models' }]} />
      <PageHeader
        title="Models"
        badges={
          query.data && <span className="muted">{pluralise(query.data.length, 'model')}</span>
        }
      />
      <FilterBar
        label="Filter models"
        grammar={modelGrammar}
        value={filter}
        keys={tagKeys(query.data ?? [])}
        problem={query.isError}
        onApply={(q) => void navigate({ search: { ...search, q } })}
      />
      {query.isError ? (
        <FilterProblem
          filter={filter}
          error={query.error}
          what="search the models"
          onRetry={() => void query.refetch()}
        />
      ) : (
        <Loaded query={query} what="load the models">
          {(found) =>
            found.length === 0 ? (
              <EmptyState
                icon="model"
                title={filter === '' ? 'No models yet' : 'No model matches'}
                {...(filter === '' ? { command: registerCommand } : {})}
              >
                {filter === '' &&
                  'A registered model collects the versions that may go to production. Register one from a run:'}
              </EmptyState>
            ) : (
              <DataTable
                label="Models"
                fill
                rows={found}
                columns={columns}
                rowId={(model) => model.name}
                sort={sort}
                onSort={(next) =>
                  void navigate({ search: { ...search, sort: formatSort(next) ?? '' } })
                }
                onOpen={(model) =>
                  void navigate({ to: '/models/$name', params: { name: model.name } })
                }
                footer={`${formatCount(found.length)} shown`}
              />
            )
          }
        </Loaded>
      )}
    </Page>
  )
}
