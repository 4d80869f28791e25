import { useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Activity } from './wire.ts'

function activitiesQuery(
  name: string,
  version: string,
): {
  readonly queryKey: readonly string[]
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<readonly Activity[]>
} {
  return {
    queryKey: ['models', 'activities', name, version],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ activities?: readonly Activity[] }>(
        '/api/millrace/1.0/registry/activities',
        { query: { name, version }, signal },
      )
      return (answer.activities ?? []).toReversed()
    },
  }
}

/** Everything that happened to a version, newest first. */
export function useActivities(name: string, version: string): UseQueryResult<readonly Activity[]> {
  return useQuery(activitiesQuery(name, version))
}

export interface VersionActivity extends Activity {
  readonly version: string
}

/** Everything that happened to these versions of a model, newest first; what has been loaded so far. */
export function useModelActivities(
  name: string,
  versions: readonly string[],
): readonly VersionActivity[] {
  return useQueries({
    queries: versions.map((version) => activitiesQuery(name, version)),
    combine: (results) =>
      results
        .flatMap((result, index) =>
          (result.data ?? []).map((one) => ({ ...one, version: versions[index] ?? '' })),
        )
        .toSorted((left, right) => right.creation_timestamp - left.creation_timestamp),
  })
}
