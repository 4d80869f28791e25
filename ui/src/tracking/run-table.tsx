import { useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { formatSort } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { pluralise } from '../kit/format.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../kit/states.tsx'
import { entryColumns } from './entry-columns.tsx'
import type { Entry } from './run-groups.ts'
import { RunToolbar } from './run-toolbar.tsx'
import { useRunTable, type RunTableState } from './use-run-table.ts'

/** The runs of an experiment. Filter, sort, columns, groups and selection are in the URL. */
export function RunTable({ experimentId }: { readonly experimentId: string }): ReactNode {
  const state = useRunTable(experimentId)
  const { query, runs, search } = state
  const filtered = search.q !== undefined || search.view === 'deleted'
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
      {runs.length > 0 && !query.isError && <Rows experimentId={experimentId} state={state} />}
    </>
  )
}

const entryId = (entry: Entry) => entry.id

function Rows({
  experimentId,
  state,
}: {
  readonly experimentId: string
  readonly state: RunTableState
}): ReactNode {
  const { set, search, shown, grouped, entries, runs } = state
  const navigate = useNavigate()
  const columns = useMemo(() => entryColumns(shown, grouped), [shown, grouped])
  const selected = useMemo(() => withGroups(state.selected, entries), [state.selected, entries])
  const open = (entry: Entry) => {
    if (entry.kind === 'group') {
      set({ open: toggled(search.open, entry.id) }, true)
      return
    }
    void navigate({
      to: '/experiments/$experimentId/runs/$runId',
      params: { experimentId, runId: entry.id },
    })
  }
  return (
    <DataTable
      label="Runs"
      fill
      rows={entries}
      columns={columns}
      rowId={entryId}
      sort={state.sort}
      serverSorted
      onSort={(next) => set({ sort: formatSort(next) ?? '' })}
      selected={selected}
      onSelect={(next) =>
        set({ selected: selectionOf(next, entries, state.selected).join(',') }, true)
      }
      onOpen={open}
      onEnd={state.more}
      footer={
        <span role="status">
          {grouped !== undefined && `${groupCount(entries)} of `}
          {pluralise(runs.length, 'run')} loaded
          {state.query.data?.more === true ? '; more come as you scroll' : ', that is all'}
          {state.loadingMore ? ' … loading' : ''}
        </span>
      }
    />
  )
}

function groupCount(entries: readonly Entry[]): string {
  return pluralise(entries.filter((entry) => entry.kind === 'group').length, 'group')
}

function toggled(list: string | undefined, id: string): string {
  const ids = new Set((list ?? '').split(',').filter(Boolean))
  if (!ids.delete(id)) ids.add(id)
  return [...ids].join(',')
}

/** A group counts as selected when all its runs are. */
function withGroups(selected: ReadonlySet<string>, entries: readonly Entry[]): Set<string> {
  const groups = entries.filter(
    (entry) => entry.kind === 'group' && entry.runs.every((run) => selected.has(run.info.run_id)),
  )
  return new Set([...selected, ...groups.map((entry) => entry.id)])
}

/** The runs that are selected; a group's box stands for all its runs. */
function selectionOf(
  next: ReadonlySet<string>,
  entries: readonly Entry[],
  selected: ReadonlySet<string>,
): string[] {
  const ids = new Set(next)
  for (const entry of entries) {
    if (entry.kind !== 'group') continue
    const now = ids.delete(entry.id)
    const before = entry.runs.every((run) => selected.has(run.info.run_id))
    if (now === before) continue
    for (const { info } of entry.runs) {
      if (now) ids.add(info.run_id)
      else ids.delete(info.run_id)
    }
  }
  return [...ids]
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
