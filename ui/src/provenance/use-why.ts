import {
  useMutation,
  useQuery,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

/** What one process used and made; every entry is a lineage node. */
export interface AttemptFacts {
  /** The task run's id. */
  readonly attempt: string
  readonly part_of: readonly string[]
  readonly read: readonly string[]
  readonly wrote: readonly string[]
  readonly code: readonly { readonly node: string; readonly [fact: string]: unknown }[]
  readonly environment: {
    readonly hash: string
    readonly requirements: readonly string[]
    readonly lock: string
  } | null
}

/** Everything recorded about where a model version comes from and what it did. Times are ISO texts. */
export interface Why {
  readonly node: string
  readonly run: { readonly run_id: string; readonly name: string; readonly user: string } | null
  readonly data: readonly string[]
  /** The training attempt first, then those behind it. */
  readonly attempts: readonly AttemptFacts[]
  readonly attempts_cut?: boolean
  readonly decisions: readonly {
    readonly action: string
    readonly by: string
    readonly at: string
    readonly [fact: string]: unknown
  }[]
  readonly live_at: readonly {
    readonly endpoint: string
    readonly since: string
    readonly still_there: boolean
  }[]
  readonly scored: readonly { readonly table: string; readonly at: string; readonly by: string }[]
  readonly replay: string
}

const base = '/api/millrace/1.0/provenance'

/** Why a model version is what it is. `node` is `model:NAME/VERSION`. */
export function useWhy(node: string): UseQueryResult<Why> {
  return useQuery({
    queryKey: ['models', 'why', node],
    queryFn: ({ signal }) => requestJson<Why>(`${base}/why`, { query: { node }, signal }),
  })
}

export interface Replay {
  readonly replay_id: string
  readonly state: 'RUNNING' | 'IDENTICAL' | 'DIFFERENT' | 'FAILED'
  /** Why it could not be trained again. */
  readonly message: string | null
  readonly replay_run_id: string
  readonly identical: boolean | null
  readonly differences: readonly {
    readonly kind: string
    readonly name: string
    readonly original: string
    readonly replayed: string
  }[]
}

const pollMs = 500

async function replayVersion(node: string): Promise<Replay> {
  const path = `${base}/replays`
  let replay = await requestJson<Replay>(path, { method: 'POST', body: { node } })
  while (replay.state === 'RUNNING') {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    replay = await requestJson<Replay>(`${path}/${replay.replay_id}`)
  }
  if (replay.state === 'FAILED') throw new Error(replay.message ?? 'It could not be trained again')
  return replay
}

/** Trains a version again from its pins. It takes as long as training did. */
export function useReplay(): UseMutationResult<Replay, Error, string> {
  return useMutation({ mutationFn: replayVersion })
}
