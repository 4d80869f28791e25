import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { parseSort, type Column, type SortKey } from '../kit/columns.ts'
import type { TextSearch } from '../app/search.ts'
import { defaultColumns, orderByOf, runColumns } from './run-columns.tsx'
import {
  entriesOfGroups,
  idOfGroup,
  parentColumn,
  runEntry,
  sortGroups,
  type Entry,
  type RunGroup,
} from './run-groups.ts'
import { useGroupMembers, useRunGroups } from './use-run-groups.ts'
import { useRuns, type RunSearch } from './use-runs.ts'
import type { Run } from './wire.ts'

const route = getRouteApi('/experiments/$experimentId')
const noRuns: readonly Run[] = []
const noGroups: readonly RunGroup[] = []

type RunTableSearch = TextSearch<
  'q' | 'sort' | 'columns' | 'selected' | 'view' | 'group' | 'open' | 'tab'
>

export interface RunTableState {
  readonly search: RunTableSearch
  /** Changes the URL; with `replace` Back skips it. */
  readonly set: (change: RunTableSearch, replace?: boolean) => void
  readonly sort: readonly SortKey[]
  readonly query: ReturnType<typeof useRuns>
  readonly runs: readonly Run[]
  /** Every column that the runs have. */
  readonly columns: readonly Column<Run>[]
  readonly shown: readonly Column<Run>[]
  readonly shownIds: ReadonlySet<string>
  /** The ids of runs. */
  readonly selected: ReadonlySet<string>
  /** What runs are gathered by, in words; undefined where they are not. */
  readonly groupedBy: string | undefined
  /** All groups, and whether there are more than the server sums up. */
  readonly groups: ReturnType<typeof useRunGroups>
  readonly entries: readonly Entry[]
  readonly more: () => void
  readonly loadingMore: boolean
}

/** What the URL says of the run table, and the runs that answer to it. */
export function useRunTable(experimentId: string): RunTableState {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments/$experimentId' })
  const sort = useMemo(() => parseSort(search.sort), [search.sort])
  const asked = useMemo(
    (): RunSearch => ({
      experimentId,
      filter: search.q ?? '',
      orderBy: sort.map((key) => orderByOf(key.id, key.descending)),
      view: search.view === 'deleted' ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
    }),
    [experimentId, search.q, sort, search.view],
  )
  const query = useRuns(asked)
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
  const set = (change: RunTableSearch, replace = false) =>
    void navigate({ search: { ...search, ...change }, replace })
  const grouping = useGrouping(asked, search, { shown, sort })
  const entries = useMemo(
    () => grouping.entries ?? runs.map((run) => runEntry(run, false)),
    [grouping.entries, runs],
  )
  return {
    search,
    set,
    sort,
    query,
    runs,
    columns,
    shown,
    shownIds,
    selected,
    groupedBy: groupName(search.group, columns),
    groups: grouping.groups,
    entries,
    ...moreOf(query, runs.length),
  }
}

function groupName(group: string | undefined, columns: readonly Column<Run>[]): string | undefined {
  if (group === undefined || group === parentColumn) return group && 'parent run'
  const column = columns.find(({ id }) => id === group)
  return column?.header ?? group.slice(group.indexOf('.') + 1)
}

interface Looks {
  readonly shown: readonly Column<Run>[]
  readonly sort: readonly SortKey[]
}

/** The rows of a grouped table; `entries` is undefined where runs are not grouped. */
function useGrouping(
  asked: RunSearch,
  search: RunTableSearch,
  { shown, sort }: Looks,
): { readonly groups: ReturnType<typeof useRunGroups>; readonly entries: Entry[] | undefined } {
  const groupBy = search.group ?? ''
  const groups = useRunGroups(asked, groupBy, shown)
  const sorted = useMemo(
    () => sortGroups(groups.data?.groups ?? noGroups, sort),
    [groups.data, sort],
  )
  const opened = useMemo(() => {
    const open = new Set((search.open ?? '').split(',').filter(Boolean))
    return groupBy === '' ? [] : sorted.filter((group) => open.has(idOfGroup(group)))
  }, [sorted, search.open, groupBy])
  const members = useGroupMembers(asked, groupBy, opened)
  const entries = useMemo(
    () => (groupBy === '' ? undefined : entriesOfGroups(sorted, members)),
    [groupBy, sorted, members],
  )
  return { groups, entries }
}

/** A table that is scrolled to its end stops here; a filter finds the rest. */
const mostLoaded = 50_000

/** Read while rendering: only what is read then brings a new render when it changes. */
function moreOf(
  query: ReturnType<typeof useRuns>,
  loaded: number,
): { readonly more: () => void; readonly loadingMore: boolean } {
  const { hasNextPage, isFetching, isFetchingNextPage, isError, fetchNextPage } = query
  const may = hasNextPage && !isFetching && !isError && loaded < mostLoaded
  return {
    more: () => {
      if (may) void fetchNextPage()
    },
    loadingMore: isFetchingNextPage,
  }
}

/** What a table is sorted by is in sight, chosen or not. */
function sortsBy(sort: readonly SortKey[], id: string): boolean {
  return sort.some((key) => key.id === id)
}
