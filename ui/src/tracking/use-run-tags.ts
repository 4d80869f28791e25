import type { UseMutationResult } from '@tanstack/react-query'
import { useTagChange, type TagChange } from './use-tag-change.ts'

const base = '/api/2.0/mlflow/runs'

/** Sets or deletes a tag of a run. */
export function useSetRunTag(runId: string): UseMutationResult<unknown, Error, TagChange> {
  return useTagChange({
    what: 'run',
    owner: { run_id: runId },
    set: `${base}/set-tag`,
    remove: { path: `${base}/delete-tag`, method: 'POST' },
    queryKey: ['runs'],
  })
}
