import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

/** Times are epoch milliseconds. */
export interface PythonEnvironment {
  readonly hash: string
  readonly requirements: readonly string[]
  readonly python_version: string
  readonly state: string
  readonly error?: string
  readonly package_count: number
  readonly size_bytes?: number
  readonly created_at: number
  readonly ready_at?: number
}

const base = '/api/millrace/1.0/compute/environments'

/** Python environments, newest first. */
export function useEnvironments(): UseQueryResult<readonly PythonEnvironment[]> {
  return useQuery({
    queryKey: ['environments', 'list'],
    queryFn: async ({ signal }) => {
      const found: PythonEnvironment[] = []
      let token: string | undefined
      do {
        const page: { environments?: readonly PythonEnvironment[]; next_page_token?: string } =
          await requestJson(base, { query: { page_token: token }, signal })
        found.push(...(page.environments ?? []))
        token = page.next_page_token
      } while (token !== undefined)
      return found
    },
  })
}

/** Every package of an environment with its exact version. */
export function useLock(hash: string, enabled: boolean): UseQueryResult<string> {
  return useQuery({
    queryKey: ['environments', 'lock', hash],
    enabled,
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ lock: string }>(`${base}/${hash}`, { signal })
      return answer.lock
    },
  })
}
