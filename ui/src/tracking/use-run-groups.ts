import { useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import { requestJson } from '../api/http.ts'
import type { Column } from '../kit/columns.ts'
import {
  filterOfGroup,
  idOfGroup,
  parentColumn,
  type Members,
  type RunGroup,
} from './run-groups.ts'
import { getRun, searchRuns, type RunSearch } from './use-runs.ts'
import type { Run } from './wire.ts'

export interface RunGroups {
  readonly groups: readonly RunGroup[]
  /** There are more than these. */
  readonly is_cut: boolean
}

const mostSummarised = 100

/** The server's grouping of all runs that a search finds, with what the columns in sight need. */
export function useRunGroups(
  search: RunSearch,
  groupBy: string,
  shown: readonly Column<Run>[],
): UseQueryResult<RunGroups> {
  const keys = (kind: string) =>
    shown
      .filter((column) => column.id.startsWith(`${kind}.`))
      .map((column) => column.id.slice(kind.length + 1))
      .slice(0, mostSummarised)
  const body = {
    experiment_ids: [search.experimentId],
    filter: search.filter,
    run_view_type: search.view,
    group_by: groupBy === parentColumn ? 'parent' : groupBy,
    metrics: keys('metrics'),
    params: keys('params'),
    tags: keys('tags'),
  }
  return useQuery({
    queryKey: ['runs', 'groups', body],
    enabled: groupBy !== '' && shown.length > 0,
    placeholderData: (previous, query) =>
      sameGrouping(query?.queryKey[2], body) ? previous : undefined,
    queryFn: ({ signal }) =>
      requestJson<RunGroups>('/api/millrace/1.0/tracking/run-groups', {
        method: 'POST',
        body,
        signal,
      }),
  })
}

/** Another column in sight changes what is summed up, not the groups: those stay while it comes. */
function sameGrouping(old: unknown, next: { readonly group_by: string }): boolean {
  return (old as { readonly group_by?: string } | undefined)?.group_by === next.group_by
}

/** The first runs of a group; the whole of a larger one is a table of its own. */
const mostMembers = 200
const noRuns: readonly Run[] = []

/** The runs of the open groups, by the groups' ids. */
export function useGroupMembers(
  search: RunSearch,
  groupBy: string,
  open: readonly RunGroup[],
): ReadonlyMap<string, Members> {
  const loaded = useQueries({
    queries: open.map((group) => ({
      queryKey: ['runs', 'group-members', search, groupBy, group.value],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        members(search, { groupBy, group }, signal),
    })),
    combine: toMembers,
  })
  return useMemo(
    () =>
      new Map(
        open.flatMap((group, index): [string, Members][] => {
          const own = loaded[index]
          return own === undefined ? [] : [[idOfGroup(group), own]]
        }),
      ),
    [open, loaded],
  )
}

/** Plain and the same for the same answers: anything else would be news at every render. */
function toMembers(results: readonly UseQueryResult<readonly Run[]>[]): readonly Members[] {
  return results.map((result) => ({
    runs: result.data ?? noRuns,
    problem: result.error?.message,
  }))
}

async function members(
  search: RunSearch,
  { groupBy, group }: { readonly groupBy: string; readonly group: RunGroup },
  signal: AbortSignal,
): Promise<readonly Run[]> {
  const filter = filterOfGroup(search.filter, groupBy, group)
  if (filter === undefined) throw new Error('The search grammar cannot ask for these runs.')
  const found = await searchRuns({ ...search, filter }, mostMembers, signal)
  if (groupBy !== parentColumn || group.value === null || found.length >= group.runs) return found
  return [await getRun(group.value, signal), ...found]
}
