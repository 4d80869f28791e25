import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayFailed } from '../kit/toast.tsx'
import type { TagChange } from './use-experiments.ts'

const base = '/api/2.0/mlflow/runs'

/** Sets or deletes a tag of a run. */
export function useSetRunTag(runId: string): UseMutationResult<unknown, Error, TagChange> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ key, value }: TagChange) =>
      requestJson(`${base}/${value === undefined ? 'delete' : 'set'}-tag`, {
        method: 'POST',
        body: { run_id: runId, key, ...(value === undefined ? {} : { value }) },
      }),
    onError: (error) => sayFailed('change the run', error),
    onSettled: () => client.invalidateQueries({ queryKey: ['runs'] }),
  })
}
