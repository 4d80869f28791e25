import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayDone, sayFailed } from '../kit/toast.tsx'
import type { Schema } from './schema-completion.ts'

const base = '/api/millrace/1.0/jobs'

export interface SettingsText {
  readonly revision: number
  readonly yaml: string
}

export interface Revision {
  readonly revision: number
  readonly changed_by: string
  /** Epoch milliseconds. */
  readonly changed_at: number
}

/** Lines and columns are counted from 1. */
export interface SettingsProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** What the settings of a job may hold, as the server checks them. */
export function useSettingsSchema(): UseQueryResult<Schema> {
  return useQuery({
    queryKey: ['settings-schema'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => requestJson<Schema>(`${base}/settings-schema`, { signal }),
  })
}

/** All of a job's settings as text: those of now, or those of a revision. */
export function useSettingsText(
  jobId: number,
  revision: number | undefined,
): UseQueryResult<SettingsText> {
  return useQuery({
    queryKey: ['jobs', 'settings', jobId, revision ?? 'now'],
    queryFn: ({ signal }) =>
      requestJson<SettingsText>(`${base}/${jobId}/settings`, { query: { revision }, signal }),
  })
}

/** Newest first. */
export function useRevisions(jobId: number): UseQueryResult<readonly Revision[]> {
  return useQuery({
    queryKey: ['jobs', 'revisions', jobId],
    queryFn: async ({ signal }) => {
      const path = `${base}/${jobId}/revisions`
      return (await requestJson<{ revisions: readonly Revision[] }>(path, { signal })).revisions
    },
  })
}

/** What is wrong with a text; the answer to the text before stays until the next one is there. */
export function useSettingsCheck(yaml: string): UseQueryResult<readonly SettingsProblem[]> {
  return useQuery({
    queryKey: ['settings-check', yaml],
    gcTime: 10_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const asked = { method: 'POST', body: { yaml }, signal } as const
      const path = `${base}/settings-check`
      return (await requestJson<{ problems: readonly SettingsProblem[] }>(path, asked)).problems
    },
  })
}

export function useSaveSettings(
  jobId: number,
): UseMutationResult<{ readonly revision: number }, Error, SettingsText> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (text) =>
      requestJson<{ revision: number }>(`${base}/${jobId}/settings`, { method: 'PUT', body: text }),
    onSuccess: ({ revision }) => sayDone(`Saved as revision ${revision}`),
    onError: (error) => sayFailed('save the settings', error),
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}
