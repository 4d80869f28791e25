import { setTimeout as delay } from 'node:timers/promises'
import type { Http } from './http.ts'

const base = '/api/millrace/1.0/provenance'
const pollMs = 300

/** Training a version again, and what came of it. Times are epoch milliseconds. */
export interface Replay {
  readonly replay_id: string
  readonly node: string
  /** FAILED: it could not be trained again, and `message` says why. */
  readonly state: 'RUNNING' | 'IDENTICAL' | 'DIFFERENT' | 'FAILED'
  /** Null while it runs and when it failed. */
  readonly identical: boolean | null
  readonly message: string | null
  readonly original_run_id: string
  readonly replay_run_id: string
  readonly differences: readonly {
    readonly kind: 'parameter' | 'metric' | 'model' | 'predictions'
    readonly name: string
    readonly original: string
    readonly replayed: string
  }[]
  readonly compared: {
    readonly parameters: number
    readonly metrics: number
    /** Hex SHA-256 of the original's model file. */
    readonly model: string | null
    /** Looked at only when the model files differ. */
    readonly predictions: {
      readonly rows: number
      readonly different: number
      readonly max_difference: number
    } | null
  } | null
  readonly pins: {
    readonly table: string
    /** Why the table can no longer be read at that version. */
    readonly table_gone: string | null
    readonly rows: number
    readonly rows_sha256: string
    readonly code: string
    readonly code_sha256: string
    readonly environment: string
    readonly packages: number
    readonly seed: number
  }
  readonly principal: string
  readonly created_at: number
  readonly ended_at: number | null
}

/** Where a model version comes from, who let it through and what it did. Times are ISO texts. */
export interface Why {
  readonly node: string
  readonly version: {
    readonly name: string
    readonly version: number
    readonly stage: string
    readonly registered_by: string
    readonly registered_at: string
    readonly description: string
    /** Such as `models:/m-…`: the logged model that was registered. */
    readonly source: string
  }
  readonly run: {
    readonly run_id: string
    readonly name: string
    readonly user: string
    readonly parameters: Readonly<Record<string, string>>
    readonly metrics: Readonly<Record<string, number>>
  } | null
  readonly tables: readonly {
    readonly table: string
    readonly rows: number | null
    readonly gone: string | null
  }[]
  readonly code: {
    readonly commit: string | null
    readonly branch: string | null
    /** What was not committed when it was deployed. */
    readonly dirty_diff: string
    readonly files: readonly { readonly path: string; readonly sha256: string }[]
  }
  readonly environment: {
    readonly hash: string
    readonly packages: number
    readonly requirements: readonly string[]
    /** Every package with its version, one a line. */
    readonly lock: string
  } | null
  readonly seeds: Readonly<Record<string, string>>
  readonly checks: readonly {
    readonly contract_version: number
    readonly dataset: string
    readonly dataset_version: number | null
    readonly passed: boolean
    readonly at: string
    readonly checks: readonly {
      readonly id: string
      readonly passed: boolean
      readonly value: number | string | null
      readonly limit: string
    }[]
  }[]
  readonly decisions: readonly {
    readonly action: string
    readonly by: string
    readonly at: string
    readonly [field: string]: unknown
  }[]
  readonly live_at: readonly {
    readonly endpoint: string
    readonly since: string
    readonly serves_it_now: boolean
    readonly traffic_percentage: number
  }[]
  readonly scored: readonly {
    readonly table: string
    readonly at: string
    readonly by: string
    readonly input?: string
    readonly rows?: number
  }[]
  readonly replays: readonly {
    readonly state: Replay['state']
    readonly differences: number
    readonly at: string
  }[]
  readonly replay: string
}

/** Where one prediction comes from. */
export interface ExplainedPrediction {
  /** The row of the predictions table. */
  readonly prediction: Readonly<Record<string, unknown>>
  /** `model:churn/3`. */
  readonly model: string
  readonly run_id: string | null
  readonly stage_now: string | null
  readonly approved: {
    readonly by: string
    readonly at: string
    readonly comment: string
    /** Of the entry in the audit chain. */
    readonly hash: string
  } | null
  /** The table version that was scored: `main.churn.customer_features@0`. */
  readonly input: string | null
  /** Its rows with the same keys. */
  readonly input_rows: readonly Readonly<Record<string, unknown>>[]
  /** Why they can no longer be read. */
  readonly input_gone: string | null
  readonly why: string
}

export interface WhatWas {
  readonly table: string
  readonly predictions: readonly ExplainedPrediction[]
}

/** Where a thing comes from, and making it again. */
export interface ProvenanceApi {
  /** `node` as lineage writes it: `model:churn/3`. */
  readonly why: (node: string) => Promise<Why>
  /** From predictions, named by values of columns, back to the model and what it saw. */
  readonly whatWas: (table: string, keys: Readonly<Record<string, string>>) => Promise<WhatWas>
  /** Begins to train the version again from its pins. */
  readonly startReplay: (node: string) => Promise<Replay>
  readonly getReplay: (replayId: string) => Promise<Replay>
  /** Waits until it has ended. */
  readonly waitForReplay: (replay: Replay) => Promise<Replay>
}

export function provenanceApi(http: Http): ProvenanceApi {
  const startReplay = (node: string): Promise<Replay> =>
    http.call('POST', `${base}/replays`, { body: { node } })
  const getReplay = (replayId: string): Promise<Replay> =>
    http.call('GET', `${base}/replays/${encodeURIComponent(replayId)}`)
  return {
    why: (node) => http.call('GET', `${base}/why`, { query: { node } }),
    whatWas: (table, keys) => http.call('POST', `${base}/what-was`, { body: { table, keys } }),
    startReplay,
    getReplay,
    waitForReplay: async (started) => {
      let replay = started
      while (replay.state === 'RUNNING') {
        await delay(pollMs)
        replay = await getReplay(replay.replay_id)
      }
      return replay
    },
  }
}
