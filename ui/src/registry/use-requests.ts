import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayDone, sayFailed } from '../kit/toast.tsx'
import type { Stage, TransitionRequest } from './wire.ts'

const openPath = '/api/millrace/1.0/registry/requests'
const base = '/api/2.0/mlflow/transition-requests'

/** Every open request, over all models. */
export function useOpenRequests(): UseQueryResult<readonly TransitionRequest[]> {
  return useQuery({
    queryKey: ['requests', 'open'],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ requests?: readonly TransitionRequest[] }>(openPath, {
        query: { open: true },
        signal,
      })
      return answer.requests ?? []
    },
  })
}

export interface Decision {
  readonly name: string
  readonly version: string
  readonly stage: Stage
  readonly comment: string
}

export type DecisionKind = 'approve' | 'reject' | 'create'

const done: Readonly<Record<DecisionKind, (decision: Decision) => string>> = {
  approve: ({ name, version, stage }) => `${name} v${version} is approved for ${stage}`,
  reject: ({ name, version, stage }) => `${name} v${version} is not going to ${stage}`,
  create: ({ name, version, stage }) => `${stage} is requested for ${name} v${version}`,
}

/** Approves, rejects or makes a request. Refusals of the server are shown as it says them. */
export function useDecide(kind: DecisionKind): UseMutationResult<unknown, Error, Decision> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (decision: Decision) =>
      requestJson(`${base}/${kind}`, {
        method: 'POST',
        body: { ...decision, ...(kind === 'approve' ? { archive_existing_versions: true } : {}) },
      }),
    onSuccess: (_answer, decision) => sayDone(done[kind](decision)),
    onError: (error) => sayFailed(kind === 'create' ? 'make the request' : kind, error),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['requests'] })
      void client.invalidateQueries({ queryKey: ['models'] })
    },
  })
}

/** Moves a version to a stage at once. A protected stage refuses this and asks for a request. */
export function useTransition(): UseMutationResult<unknown, Error, Omit<Decision, 'comment'>> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (move: Omit<Decision, 'comment'>) =>
      requestJson('/api/2.0/mlflow/model-versions/transition-stage', {
        method: 'POST',
        body: { ...move, archive_existing_versions: false },
      }),
    onSuccess: (_answer, { name, version, stage }) => sayDone(`${name} v${version} is in ${stage}`),
    onError: (error) => sayFailed('move the version', error),
    onSettled: () => void client.invalidateQueries({ queryKey: ['models'] }),
  })
}
