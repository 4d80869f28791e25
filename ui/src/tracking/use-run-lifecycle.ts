import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { pluralise } from '../kit/format.ts'
import { sayDone, sayFailed, sayUndoable } from '../kit/toast.tsx'

type Move = 'delete' | 'restore'

/** As many requests at once as a browser sends to one server anyway. */
const together = 6

async function moveAll(move: Move, runIds: readonly string[]): Promise<void> {
  for (let first = 0; first < runIds.length; first += together) {
    await Promise.all(
      runIds
        .slice(first, first + together)
        .map((runId) =>
          requestJson(`/api/2.0/mlflow/runs/${move}`, { method: 'POST', body: { run_id: runId } }),
        ),
    )
  }
}

/** Deletes runs, which can be undone, or brings deleted ones back. */
export function useMoveRuns(move: Move): UseMutationResult<void, Error, readonly string[]> {
  const client = useQueryClient()
  const settle = () => client.invalidateQueries({ queryKey: ['runs'] })
  const back = useMutation({
    mutationFn: (runIds: readonly string[]) => moveAll('restore', runIds),
    onError: (error) => sayFailed('restore the runs', error),
    onSettled: settle,
  })
  return useMutation({
    mutationFn: (runIds: readonly string[]) => moveAll(move, runIds),
    onSuccess: (_answer, runIds) => {
      const runs = pluralise(runIds.length, 'run')
      if (move === 'delete') sayUndoable(`${runs} deleted`, () => back.mutate(runIds))
      else sayDone(`${runs} restored`)
    },
    onError: (error) => sayFailed(`${move} the runs`, error),
    onSettled: settle,
  })
}

/** Deletes an experiment, which can be undone, or brings a deleted one back. */
export function useMoveExperiment(move: Move): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient()
  const call = (how: Move, experimentId: string) =>
    requestJson(`/api/2.0/mlflow/experiments/${how}`, {
      method: 'POST',
      body: { experiment_id: experimentId },
    })
  const settle = () => client.invalidateQueries({ queryKey: ['experiments'] })
  const back = useMutation({
    mutationFn: (experimentId: string) => call('restore', experimentId),
    onError: (error) => sayFailed('restore the experiment', error),
    onSettled: settle,
  })
  return useMutation({
    mutationFn: (experimentId: string) => call(move, experimentId),
    onSuccess: (_answer, experimentId) => {
      if (move === 'restore') sayDone('The experiment is restored')
      else sayUndoable('The experiment is deleted', () => back.mutate(experimentId))
    },
    onError: (error) => sayFailed(`${move} the experiment`, error),
    onSettled: settle,
  })
}
