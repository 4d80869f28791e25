import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { ModelVersion } from './wire.ts'

const base = '/api/2.0/mlflow/model-versions'

interface VersionsPage {
  readonly model_versions?: readonly ModelVersion[]
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

async function search(
  query: {
    readonly filter?: string
    readonly order_by?: readonly string[]
    readonly max_results: number
  },
  signal: AbortSignal,
): Promise<readonly ModelVersion[]> {
  const page = await requestJson<VersionsPage>(`${base}/search`, { query, signal })
  return page.model_versions ?? []
}

/** Every version of a model, newest first. */
export function useVersions(name: string): UseQueryResult<readonly ModelVersion[]> {
  return useQuery({
    queryKey: ['models', 'versions', name],
    queryFn: ({ signal }) =>
      search(
        { filter: `name = ${quote(name)}`, order_by: ['version_number DESC'], max_results: 10_000 },
        signal,
      ),
  })
}

export function useVersion(name: string, version: string): UseQueryResult<ModelVersion> {
  return useQuery({
    queryKey: ['models', 'version', name, version],
    enabled: name !== '' && version !== '',
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ model_version: ModelVersion }>(`${base}/get`, {
        query: { name, version },
        signal,
      })
      return answer.model_version
    },
  })
}

/** The versions registered from a run. */
export function useVersionsOfRun(runId: string): UseQueryResult<readonly ModelVersion[]> {
  return useQuery({
    queryKey: ['models', 'versions-of-run', runId],
    queryFn: ({ signal }) =>
      search({ filter: `run_id = ${quote(runId)}`, max_results: 100 }, signal),
  })
}

/** What changed last, over all models. */
export function useRecentVersions(count: number): UseQueryResult<readonly ModelVersion[]> {
  return useQuery({
    queryKey: ['models', 'recent', count],
    queryFn: ({ signal }) =>
      search({ order_by: ['last_updated_timestamp DESC'], max_results: count }, signal),
  })
}
