import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Button, buttonClass, IconButton } from '../kit/button.tsx'
import { ColumnChooser } from '../kit/column-chooser.tsx'
import {
  downloadText,
  formatSort,
  parseSort,
  toCsv,
  type Column,
  type SortKey,
} from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Segments } from '../kit/field.tsx'
import { pluralise } from '../kit/format.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../kit/states.tsx'
import { FilterBar } from './filter-bar.tsx'
import { defaultColumns, orderByOf, runColumns } from './run-columns.tsx'
import { useRuns } from './use-runs.ts'
import type { Run } from './wire.ts'

const route = getRouteApi('/experiments/$experimentId')
const noRuns: readonly Run[] = []

function useTableState(experimentId: string) {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments/$experimentId' })
  const sort = useMemo(() => parseSort(search.sort), [search.sort])
  const query = useRuns({
    experimentId,
    filter: search.q ?? '',
    orderBy: sort.map((key) => orderByOf(key.id, key.descending)),
    view: search.view === 'deleted' ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
  })
  const runs = query.data?.runs ?? noRuns
  const columns = useMemo(() => runColumns(runs), [runs])
  const shownIds = useMemo(() => {
    if (search.columns === undefined) return defaultColumns(columns, runs)
    return new Set(search.columns.split(','))
  }, [search.columns, columns, runs])
  const shown = useMemo(
    () => columns.filter(({ id }, index) => index === 0 || shownIds.has(id) || sortsBy(sort, id)),
    [columns, shownIds, sort],
  )
  const selected = useMemo(
    () => new Set((search.selected ?? '').split(',').filter(Boolean)),
    [search.selected],
  )
  const set = (change: Partial<typeof search>, replace = false) =>
    void navigate({ search: { ...search, ...change }, replace })
  return { search, set, sort, query, runs, columns, shown, shownIds, selected }
}

/** What a table is sorted by is in sight, chosen or not. */
function sortsBy(sort: readonly SortKey[], id: string): boolean {
  return sort.some((key) => key.id === id)
}

/** The runs of an experiment. Filter, sort, columns and selection are in the URL. */
export function RunTable({ experimentId }: { readonly experimentId: string }): ReactNode {
  const state = useTableState(experimentId)
  const { query, runs, search, set } = state
  const navigate = useNavigate()
  const filtered = search.q !== undefined || search.view === 'deleted'
  // Read while rendering: only what is read then brings a new render when it changes.
  const mayLoadMore = query.hasNextPage && !query.isFetching && !query.isError
  const more = () => {
    if (mayLoadMore) void query.fetchNextPage()
  }
  return (
    <>
      <RunToolbar experimentId={experimentId} state={state} />
      {query.isError && (
        <ErrorState
          error={query.error}
          what="search the runs"
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <SkeletonRows count={14} />}
      {query.isSuccess && runs.length === 0 && (
        <NoRuns filtered={filtered} experimentId={experimentId} />
      )}
      {runs.length > 0 && !query.isError && (
        <DataTable
          label="Runs"
          fill
          rows={runs}
          columns={state.shown}
          rowId={(run) => run.info.run_id}
          sort={state.sort}
          serverSorted
          onSort={(next) => set({ sort: formatSort(next) ?? '' })}
          selected={state.selected}
          onSelect={(next) => set({ selected: [...next].join(',') }, true)}
          onOpen={(run) =>
            void navigate({
              to: '/experiments/$experimentId/runs/$runId',
              params: { experimentId, runId: run.info.run_id },
            })
          }
          onEnd={more}
          footer={
            <span role="status">
              {pluralise(runs.length, 'run')} loaded
              {query.data?.more === true ? '; more come as you scroll' : ', that is all'}
              {query.isFetchingNextPage ? ' … loading' : ''}
            </span>
          }
        />
      )}
    </>
  )
}

function RunToolbar({
  experimentId,
  state,
}: {
  readonly experimentId: string
  readonly state: ReturnType<typeof useTableState>
}): ReactNode {
  const { search, set, columns, runs } = state
  return (
    <FilterBar
      value={search.q ?? ''}
      keys={columns
        .map((column) => column.id)
        .filter((id) => /^(?:metrics|params|tags)\./.test(id))}
      problem={state.query.isError}
      onApply={(q) => set({ q, selected: '' })}
    >
      <Segments
        label="Which runs"
        value={search.view === 'deleted' ? 'deleted' : 'active'}
        options={[
          { value: 'active', label: 'Active' },
          { value: 'deleted', label: 'Deleted' },
        ]}
        onChange={(view) => set({ view: view === 'deleted' ? view : '', selected: '' })}
      />
      <ColumnChooser
        columns={columns.slice(1)}
        shown={state.shownIds}
        onChange={(next) => set({ columns: [...next].join(',') || 'none' }, true)}
      />
      <IconButton
        icon="download"
        label="Download the loaded runs as CSV"
        kind="default"
        onClick={() =>
          downloadText(`experiment-${experimentId}.csv`, toCsv([idColumn, ...columns], runs))
        }
      />
      <CompareButton experimentId={experimentId} selected={state.selected} />
    </FilterBar>
  )
}

const idColumn: Column<Run> = {
  id: 'run_id',
  header: 'run_id',
  value: (run) => run.info.run_id,
}

function CompareButton({
  experimentId,
  selected,
}: {
  readonly experimentId: string
  readonly selected: ReadonlySet<string>
}): ReactNode {
  if (selected.size < 2) {
    return (
      <Button icon="chart" refusal="Select two runs or more (Space or x on a row) to compare them">
        Compare
      </Button>
    )
  }
  return (
    <Link
      to="/experiments/$experimentId/compare"
      params={{ experimentId }}
      search={{ runs: [...selected].join(',') }}
      className={buttonClass('primary')}
    >
      Compare {selected.size}
    </Link>
  )
}

function NoRuns({
  filtered,
  experimentId,
}: {
  readonly filtered: boolean
  readonly experimentId: string
}): ReactNode {
  if (filtered) {
    return (
      <EmptyState icon="filter" title="No run matches">
        The filter compares metrics as numbers and everything else as text in quotes.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon="experiment"
      title="No runs yet"
      command={`MLFLOW_TRACKING_URI=${location.origin} MLFLOW_EXPERIMENT_ID=${experimentId} python train.py`}
    >
      Runs appear here as soon as a script starts one:
    </EmptyState>
  )
}
