import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayFailed, sayUndoable } from '../kit/toast.tsx'
import type { Assessment } from './use-traces.ts'

function pathOf(traceId: string): string {
  return `/api/3.0/mlflow/traces/${encodeURIComponent(traceId)}/assessments`
}

/** Adds feedback to a trace. */
export function useAddAssessment(
  traceId: string,
): UseMutationResult<unknown, Error, Omit<Assessment, 'assessment_id'>> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (assessment: Omit<Assessment, 'assessment_id'>) =>
      requestJson(pathOf(traceId), { method: 'POST', body: { assessment } }),
    onError: (error) => sayFailed('add the assessment', error),
    onSettled: () => client.invalidateQueries({ queryKey: ['runs'] }),
  })
}

/** Deletes an assessment; Undo adds it again. */
export function useDeleteAssessment(
  traceId: string,
): UseMutationResult<unknown, Error, Assessment> {
  const client = useQueryClient()
  const add = useAddAssessment(traceId)
  return useMutation({
    mutationFn: ({ assessment_id: id = '' }: Assessment) =>
      requestJson(`${pathOf(traceId)}/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: (_answer, { assessment_id: _id, ...rest }) =>
      sayUndoable(`${rest.assessment_name ?? 'The assessment'} is deleted`, () => add.mutate(rest)),
    onError: (error) => sayFailed('delete the assessment', error),
    onSettled: () => client.invalidateQueries({ queryKey: ['runs'] }),
  })
}
