import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayFailed } from '../kit/toast.tsx'
import { useTagChange, type TagChange } from '../tracking/use-tag-change.ts'

/** A registered model, or one of its versions. */
export interface Described {
  readonly name: string
  readonly version?: string
}

function baseOf({ version }: Described): string {
  return `/api/2.0/mlflow/${version === undefined ? 'registered-models' : 'model-versions'}`
}

/** Changes the description of a model or a version. */
export function useDescribe(of: Described): UseMutationResult<unknown, Error, string | undefined> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (description: string | undefined) =>
      requestJson(`${baseOf(of)}/update`, {
        method: 'PATCH',
        body: { ...of, description: description ?? '' },
      }),
    onError: (error) => sayFailed('change the description', error),
    onSettled: () => client.invalidateQueries({ queryKey: ['models'] }),
  })
}

/** Sets or deletes a tag of a model or a version. */
export function useSetModelTag(of: Described): UseMutationResult<unknown, Error, TagChange> {
  return useTagChange({
    what: of.version === undefined ? 'model' : 'version',
    owner: { ...of },
    set: `${baseOf(of)}/set-tag`,
    remove: { path: `${baseOf(of)}/delete-tag`, method: 'DELETE' },
    queryKey: ['models'],
  })
}

const aliasPath = '/api/2.0/mlflow/registered-models/alias'

/** Points an alias at a version, or takes it away from all of them. */
export function useSetAlias(
  name: string,
): UseMutationResult<unknown, Error, { readonly alias: string; readonly version?: string }> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (change: { readonly alias: string; readonly version?: string }) =>
      requestJson(aliasPath, {
        method: change.version === undefined ? 'DELETE' : 'POST',
        body: { name, ...change },
      }),
    onError: (error) => sayFailed('change the alias', error),
    onSettled: () => client.invalidateQueries({ queryKey: ['models'] }),
  })
}
