import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { requestJson, type RequestOptions } from '../api/http.ts'
import { sayFailed, sayUndoable } from '../kit/toast.tsx'

export interface TagChange {
  readonly key: string
  /** Undefined deletes the tag. */
  readonly value: string | undefined
  /** What it was; a deletion that knows it can be undone. */
  readonly was?: string
}

export interface TagTarget {
  /** "run": what has the tag. */
  readonly what: string
  /** Who has it, in the bodies of both calls. */
  readonly owner: Readonly<Record<string, string>>
  readonly set: string
  readonly remove: { readonly path: string; readonly method: RequestOptions['method'] }
  /** Which queries are old afterwards. */
  readonly queryKey: readonly string[]
}

/** Sets or deletes a tag; a deletion can be undone for a while. */
export function useTagChange(target: TagTarget): UseMutationResult<unknown, Error, TagChange> {
  const client = useQueryClient()
  const settle = () => client.invalidateQueries({ queryKey: target.queryKey })
  const undo = useMutation({
    mutationFn: (tag: TagChange) => requestJson(...callOf(target, tag)),
    onError: (error) => sayFailed(`bring the tag back`, error),
    onSettled: settle,
  })
  return useMutation({
    mutationFn: (tag: TagChange) => requestJson(...callOf(target, tag)),
    onSuccess: (_answer, { key, value, was }) => {
      if (value !== undefined || was === undefined) return
      sayUndoable(`${key} is deleted from the ${target.what}`, () =>
        undo.mutate({ key, value: was }),
      )
    },
    onError: (error) => sayFailed(`change the ${target.what}`, error),
    onSettled: settle,
  })
}

function callOf(
  { owner, set, remove }: TagTarget,
  { key, value }: TagChange,
): [path: string, options: RequestOptions] {
  if (value !== undefined) return [set, { method: 'POST', body: { ...owner, key, value } }]
  return [remove.path, { method: remove.method ?? 'POST', body: { ...owner, key } }]
}
