import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Commit, Table } from './wire.ts'

const root = '/api/millrace/1.0/tables'

function pathOf(name: string): string {
  return `${root}/${encodeURIComponent(name)}`
}

/** Every table of the catalog, by name. */
export function useTables(): UseQueryResult<readonly Table[]> {
  return useQuery({
    queryKey: ['tables', 'list'],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ tables?: readonly Table[] }>(root, { signal })
      return answer.tables ?? []
    },
  })
}

export function useTable(name: string): UseQueryResult<Table> {
  return useQuery({
    queryKey: ['tables', 'one', name],
    queryFn: ({ signal }) => requestJson<Table>(pathOf(name), { signal }),
  })
}

/** The commits of a table, newest first. */
export function useTableHistory(name: string): UseQueryResult<readonly Commit[]> {
  return useQuery({
    queryKey: ['tables', 'history', name],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ history?: readonly Commit[] }>(`${pathOf(name)}/history`, {
        query: { limit: 10_000 },
        signal,
      })
      return answer.history ?? []
    },
  })
}
