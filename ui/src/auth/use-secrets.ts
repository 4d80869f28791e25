import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

const base = '/api/2.0/secrets'

export interface SecretScope {
  readonly name: string
}

export interface Secret {
  readonly key: string
  readonly last_updated_timestamp: number
}

export type SecretPermission = 'READ' | 'WRITE' | 'MANAGE'

export interface SecretAcl {
  readonly principal: string
  readonly permission: SecretPermission
}

/** The scopes that the caller may read. */
export function useSecretScopes(): UseQueryResult<readonly SecretScope[]> {
  return useQuery({
    queryKey: ['access', 'secret-scopes'],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ scopes?: readonly SecretScope[] }>(`${base}/scopes/list`, {
        signal,
      })
      return answer.scopes ?? []
    },
  })
}

/** The names of a scope's secrets; their values never come to a page. */
export function useSecrets(scope: string): UseQueryResult<readonly Secret[]> {
  return useQuery({
    queryKey: ['access', 'secrets', scope],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ secrets?: readonly Secret[] }>(`${base}/list`, {
        query: { scope },
        signal,
      })
      return answer.secrets ?? []
    },
  })
}

/** Who may read, write and manage a scope; refused to those who may not manage it. */
export function useSecretAcls(scope: string): UseQueryResult<readonly SecretAcl[]> {
  return useQuery({
    queryKey: ['access', 'secret-acls', scope],
    retry: false,
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ items?: readonly SecretAcl[] }>(`${base}/acls/list`, {
        query: { scope },
        signal,
      })
      return answer.items ?? []
    },
  })
}
