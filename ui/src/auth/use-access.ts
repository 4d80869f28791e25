import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson, type RequestOptions } from '../api/http.ts'
import { sayDone, sayFailed } from '../kit/toast.tsx'
import type { Role, User } from './wire.ts'

const users = '/api/2.0/mlflow/users'

export interface Login {
  readonly user: { readonly username: string; readonly is_admin: boolean }
  /** Whether people log in to this server; else whoever reaches it is its owner. */
  readonly is_basic_auth: boolean
}

export function useLogin(): UseQueryResult<Login> {
  return useQuery({
    queryKey: ['access', 'login'],
    queryFn: ({ signal }) => requestJson<Login>(`${users}/current`, { signal }),
  })
}

export function useUsers(): UseQueryResult<readonly User[]> {
  return useQuery({
    queryKey: ['access', 'users'],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ users: readonly User[] }>(`${users}/list`, { signal })
      return answer.users
    },
  })
}

/** Every role, those of single users among them; only an admin may ask. */
export function useRoles(enabled: boolean): UseQueryResult<readonly Role[]> {
  return useQuery({
    queryKey: ['access', 'roles'],
    enabled,
    queryFn: async ({ signal }) => {
      const path = '/api/3.0/mlflow/roles/list'
      const answer = await requestJson<{ roles: readonly Role[] }>(path, { signal })
      return answer.roles
    },
  })
}

export interface AccessChange {
  readonly method: RequestOptions['method']
  /** After `/api/`: `2.0/mlflow/users/create`. */
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  /** What was done, for the message; none when it is seen at once. */
  readonly done?: string
}

/** Changes users, roles, permissions or secrets; the server writes each change into the audit chain. */
export function useAccessChange(what: string): UseMutationResult<unknown, Error, AccessChange> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ method, path, body }: AccessChange) =>
      requestJson(`/api/${path}`, { method: method ?? 'POST', body }),
    onSuccess: (_answer, { done }) => {
      if (done !== undefined) sayDone(done)
    },
    onError: (error) => sayFailed(what, error),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['access'] })
      void client.invalidateQueries({ queryKey: ['audit'] })
    },
  })
}
