import { useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { formatSort } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { FilterProblem } from '../kit/filter-bar.tsx'
import { pluralise } from '../kit/format.ts'
import { EmptyState, SkeletonRows } from '../kit/states.tsx'
import { entryColumns } from './entry-columns.tsx'
import { filterOfGroup, type Entry } from './run-groups.ts'
import { RunToolbar } from './run-toolbar.tsx'
import { useRunTable, type RunTableState } from './use-run-table.ts'

/** The runs of an experiment. Filter, sort, columns, groups and selection are in the URL. */
export function RunTable({ experimentId }: { readonly experimentId: string }): ReactNode {
  const state = useRunTable(experimentId)
  return (
    <>
      <RunToolbar experimentId={experimentId} state={state} />
      <TableBody experimentId={experimentId} state={state} />
    </>
  )
}

interface TableBodyProps {
  readonly experimentId: string
  readonly state: RunTableState
}

function TableBody({ experimentId, state }: TableBodyProps): ReactNode {
  const { query, runs, search, groups } = state
  const failed = query.isError ? query : groups.isError ? groups : undefined
  if (failed !== undefined) {
    return (
      <FilterProblem
        filter={search.q ?? ''}
        error={failed.error}
        what="search the runs"
        onRetry={() => void failed.refetch()}
      />
    )
  }
  const waiting = state.groupedBy !== undefined && groups.isPending && runs.length > 0
  if (query.isPending || waiting) return <SkeletonRows count={14} />
  if (runs.length > 0) return <Rows experimentId={experimentId} state={state} />
  const filtered = search.q !== undefined || search.view === 'deleted'
  return <NoRuns filtered={filtered} experimentId={experimentId} />
}

const entryId = (entry: Entry) => entry.id

function Rows({ experimentId, state }: TableBodyProps): ReactNode {
  const { set, search, shown, groupedBy, entries } = state
  const navigate = useNavigate()
  const columns = useMemo(
    () =>
      entryColumns(shown, groupedBy, (entry) =>
        set({
          q: filterOfGroup(search.q ?? '', search.group ?? '', entry.group) ?? '',
          group: '',
          open: '',
        }),
      ),
    [shown, groupedBy, search.q, search.group],
  )
  const selected = useMemo(() => withGroups(state.selected, entries), [state.selected, entries])
  const open = (entry: Entry) => {
    if (entry.kind === 'group') {
      set({ open: toggled(search.open, entry.id) }, true)
      return
    }
    if (entry.kind === 'rest') return
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
      selectable={isSelectable}
      onSelect={(next) =>
        set({ selected: selectionOf(next, entries, state.selected).join(',') }, true)
      }
      onOpen={open}
      {...(groupedBy === undefined ? { onEnd: state.more } : {})}
      footer={<span role="status">{footOf(state)}</span>}
    />
  )
}

/** A group's box stands for its runs, so they must all be there. */
function isSelectable(entry: Entry): boolean {
  if (entry.kind === 'group') return entry.runs.length > 0 && entry.runs.length >= entry.group.runs
  return entry.kind === 'run'
}

function footOf({ groupedBy, groups, runs, query, loadingMore }: RunTableState): string {
  if (groupedBy !== undefined) {
    const found = groups.data?.groups ?? []
    const count = found.reduce((sum, group) => sum + group.runs, 0)
    const cut = groups.data?.is_cut === true ? '; these groups have the newest runs' : ''
    return `${pluralise(found.length, 'group')} of ${pluralise(count, 'run')}${cut}`
  }
  const more = query.data?.more === true ? '; more come as you scroll' : ', that is all'
  return `${pluralise(runs.length, 'run')} loaded${more}${loadingMore ? ' … loading' : ''}`
}

function toggled(list: string | undefined, id: string): string {
  const ids = new Set((list ?? '').split(',').filter(Boolean))
  if (!ids.delete(id)) ids.add(id)
  return [...ids].join(',')
}

/** A group counts as selected when all its runs are. */
function withGroups(selected: ReadonlySet<string>, entries: readonly Entry[]): Set<string> {
  const groups = entries.filter(
    (entry) =>
      entry.kind === 'group' &&
      isSelectable(entry) &&
      entry.runs.every((run) => selected.has(run.info.run_id)),
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
    if (entry.kind !== 'group' || !isSelectable(entry)) continue
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
