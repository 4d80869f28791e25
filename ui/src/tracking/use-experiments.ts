import { useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { useTagChange, type TagChange } from './use-tag-change.ts'
import type { Experiment } from './wire.ts'

const base = '/api/2.0/mlflow/experiments'
const listLimit = 10_000

export type ExperimentView = 'ACTIVE_ONLY' | 'DELETED_ONLY'

/** Every experiment, newest first. */
export function useExperiments(view: ExperimentView): UseQueryResult<readonly Experiment[]> {
  return useQuery({
    queryKey: ['experiments', 'list', view],
    queryFn: async ({ signal }) => {
      const body = { max_results: listLimit, view_type: view }
      const answer = await requestJson<{ experiments?: readonly Experiment[] }>(`${base}/search`, {
        method: 'POST',
        body,
        signal,
      })
      return answer.experiments ?? []
    },
  })
}

export function useExperiment(experimentId: string): UseQueryResult<Experiment> {
  return useQuery({
    queryKey: ['experiments', 'one', experimentId],
    queryFn: async ({ signal }) => {
      const query = { experiment_id: experimentId }
      const answer = await requestJson<{ experiment: Experiment }>(`${base}/get`, { query, signal })
      return answer.experiment
    },
  })
}

export function useSetExperimentTag(
  experimentId: string,
): UseMutationResult<unknown, Error, TagChange> {
  return useTagChange({
    what: 'experiment',
    owner: { experiment_id: experimentId },
    set: `${base}/set-experiment-tag`,
    remove: { path: `${base}/delete-experiment-tag`, method: 'POST' },
    queryKey: ['experiments'],
  })
}
