import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Activity } from './wire.ts'

/** Everything that happened to a version, newest first. */
export function useActivities(name: string, version: string): UseQueryResult<readonly Activity[]> {
  return useQuery({
    queryKey: ['models', 'activities', name, version],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ activities?: readonly Activity[] }>(
        '/api/millrace/1.0/registry/activities',
        { query: { name, version }, signal },
      )
      return (answer.activities ?? []).toReversed()
    },
  })
}
