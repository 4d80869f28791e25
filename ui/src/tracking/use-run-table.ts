import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { parseSort, type Column, type SortKey } from '../kit/columns.ts'
import type { TextSearch } from '../app/search.ts'
import { defaultColumns, orderByOf, runColumns } from './run-columns.tsx'
import { entriesOf, parentColumn, type Entry } from './run-groups.ts'
import { useRuns } from './use-runs.ts'
import type { Run } from './wire.ts'

const route = getRouteApi('/experiments/$experimentId')
const noRuns: readonly Run[] = []
/** A group for the runs under one parent; it is no column of the table. */
const byParent: Column<Run> = { id: parentColumn, header: 'parent run' }

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
  readonly grouped: Column<Run> | undefined
  readonly entries: readonly Entry[]
  readonly more: () => void
  readonly loadingMore: boolean
}

/** What the URL says of the run table, and the runs that answer to it. */
export function useRunTable(experimentId: string): RunTableState {
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
  const set = (change: RunTableSearch, replace = false) =>
    void navigate({ search: { ...search, ...change }, replace })
  const grouped = [byParent, ...columns].find((column) => column.id === search.group)
  const entries = useMemo((): readonly Entry[] => {
    const open = new Set((search.open ?? '').split(',').filter(Boolean))
    return entriesOf(runs, grouped, open)
  }, [runs, grouped, search.open])
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
    grouped,
    entries,
    ...moreOf(query, runs.length),
  }
}

/** Groups are made of what is loaded, and a page of heads asks for more until this many. */
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
