import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CopyId } from '../kit/code.tsx'
import { formatSort, parseSort, type Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { SearchInput, Segments } from '../kit/field.tsx'
import { formatCount, pluralise } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { Toolbar } from '../kit/toolbar.tsx'
import { useExperiments, type ExperimentView } from './use-experiments.ts'
import { tagOf, type Experiment } from './wire.ts'

const route = getRouteApi('/experiments')

const columns: readonly Column<Experiment>[] = [
  {
    id: 'name',
    header: 'Experiment',
    value: (experiment) => experiment.name,
    cell: (experiment) => (
      <Link
        to="/experiments/$experimentId"
        params={{ experimentId: experiment.experiment_id }}
        title={experiment.name}
      >
        {experiment.name}
      </Link>
    ),
  },
  {
    id: 'id',
    header: 'Id',
    width: 90,
    value: (experiment) => Number(experiment.experiment_id),
    cell: (experiment) => <CopyId id={experiment.experiment_id} />,
  },
  {
    id: 'description',
    header: 'Description',
    width: 360,
    value: (experiment) => tagOf(experiment.tags, 'mlflow.note.content')?.split('\n')[0],
  },
  {
    id: 'changed',
    header: 'Last changed',
    width: 130,
    value: (experiment) => experiment.last_update_time,
    cell: (experiment) => <RelativeTime time={experiment.last_update_time} />,
  },
  {
    id: 'created',
    header: 'Created',
    width: 130,
    value: (experiment) => experiment.creation_time,
    cell: (experiment) => <RelativeTime time={experiment.creation_time} />,
  },
]

const firstRun = `import mlflow

mlflow.set_tracking_uri("${location.origin}")
mlflow.set_experiment("first")
with mlflow.start_run():
    mlflow.log_metric("auc", 0.84)`

export function ExperimentsPage(): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments' })
  const view: ExperimentView = search.view === 'deleted' ? 'DELETED_ONLY' : 'ACTIVE_ONLY'
  const query = useExperiments(view)
  const wanted = (search.q ?? '').toLowerCase()
  const rows = useMemo(
    () => query.data?.filter((one) => one.name.toLowerCase().includes(wanted)),
    [query.data, wanted],
  )
  const sort = useMemo(() => parseSort(search.sort), [search.sort])
  const set = (change: Partial<typeof search>, replace = false) =>
    void navigate({ search: { ...search, ...change }, replace })
  return (
    <Page title="Experiments" fill>
      <Breadcrumbs crumbs={[{ label: 'Experiments' }]} />
      <PageHeader
        title="Experiments"
        badges={
          query.data && <span className="muted">{pluralise(query.data.length, 'experiment')}</span>
        }
      />
      <Toolbar>
        <SearchInput
          label="Find an experiment by name"
          placeholder="Find by name"
          value={search.q ?? ''}
          onChange={(event) => set({ q: event.target.value }, true)}
        />
        <Segments
          label="Which experiments"
          value={search.view === 'deleted' ? 'deleted' : 'active'}
          options={[
            { value: 'active', label: 'Active' },
            { value: 'deleted', label: 'Deleted' },
          ]}
          onChange={(next) => set({ view: next === 'deleted' ? next : '' })}
        />
      </Toolbar>
      <Loaded query={{ ...query, data: rows }} what="load the experiments">
        {(found) =>
          found.length === 0 ? (
            <NoExperiments filtered={wanted !== '' || view === 'DELETED_ONLY'} />
          ) : (
            <DataTable
              label="Experiments"
              fill
              rows={found}
              columns={columns}
              rowId={(experiment) => experiment.experiment_id}
              sort={sort}
              onSort={(next) => set({ sort: formatSort(next) ?? '' })}
              onOpen={(experiment) =>
                void navigate({
                  to: '/experiments/$experimentId',
                  params: { experimentId: experiment.experiment_id },
                })
              }
              footer={`${formatCount(found.length)} shown`}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function NoExperiments({ filtered }: { readonly filtered: boolean }): ReactNode {
  if (filtered) return <EmptyState icon="search" title="No experiment matches" />
  return (
    <EmptyState icon="experiment" title="No experiments yet" command={firstRun}>
      An experiment collects runs: parameters, metrics and artifacts of one question. Any MLflow
      client writes here:
    </EmptyState>
  )
}
