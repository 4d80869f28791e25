import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson, requestText, urlOf } from '../api/http.ts'
import type { ArtifactFile } from './wire.ts'

const listPath = '/api/2.0/mlflow/artifacts/list'

/** The files and folders directly under a path of a run's artifacts. */
export function useArtifacts(
  runId: string,
  path: string,
  enabled = true,
): UseQueryResult<readonly ArtifactFile[]> {
  return useQuery({
    queryKey: ['runs', 'artifacts', runId, path],
    enabled,
    queryFn: async ({ signal }) => {
      const query = { run_id: runId, path: path === '' ? undefined : path }
      const answer = await requestJson<{ files?: readonly ArtifactFile[] }>(listPath, {
        query,
        signal,
      })
      return answer.files ?? []
    },
  })
}

/** Where an artifact is downloaded from. */
export function artifactUrl(runId: string, path: string): string {
  return urlOf('/get-artifact', { run_id: runId, path })
}

/** The text of an artifact. */
export function useArtifactText(
  runId: string,
  path: string,
  enabled = true,
): UseQueryResult<string> {
  return useQuery({
    queryKey: ['runs', 'artifact-text', runId, path],
    enabled,
    staleTime: 60_000,
    queryFn: ({ signal }) => requestText(artifactUrl(runId, path), { signal }),
  })
}
