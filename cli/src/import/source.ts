/** An MLflow server or its database, read as MLflow's own API answers. */
export interface Source {
  /** Where it is, without secrets: imported runs carry it as a tag. */
  readonly name: string
  readonly experiments: () => AsyncIterable<SourceExperiment>
  readonly runs: (experimentId: string) => AsyncIterable<readonly SourceRun[]>
  /** Every point of a metric, in pages. */
  readonly history: (runId: string, key: string) => AsyncIterable<readonly SourceMetric[]>
  readonly loggedModels: (experimentId: string) => AsyncIterable<readonly SourceLoggedModel[]>
  readonly models: () => AsyncIterable<SourceModel>
  readonly versions: (model: string) => AsyncIterable<SourceVersion>
  /** Nothing when the files are where this program cannot reach. */
  readonly files: (uri: string) => Promise<FileTree | undefined>
  readonly close: () => void
}

export interface FileTree {
  /** Every file below, with its path relative to the root. */
  readonly list: () => AsyncIterable<string>
  readonly read: (path: string) => Promise<ReadableStream<Uint8Array>>
}

export interface Pair {
  readonly key: string
  readonly value: string
}

export interface SourceExperiment {
  readonly experiment_id: string
  readonly name: string
  readonly lifecycle_stage: 'active' | 'deleted'
  readonly tags?: readonly Pair[]
}

export interface SourceMetric {
  readonly key: string
  /** `NaN` is text. */
  readonly value: number | string
  readonly timestamp: number
  readonly step: number
}

export interface SourceRun {
  readonly info: {
    readonly run_id: string
    readonly run_name?: string
    readonly user_id?: string
    readonly status: string
    readonly start_time: number
    readonly end_time?: number
    readonly lifecycle_stage: 'active' | 'deleted'
    readonly artifact_uri: string
  }
  readonly data: {
    readonly metrics?: readonly SourceMetric[]
    readonly params?: readonly Pair[]
    readonly tags?: readonly Pair[]
  }
  readonly inputs?: { readonly dataset_inputs?: readonly object[] }
  readonly outputs?: {
    readonly model_outputs?: readonly { readonly model_id: string; readonly step?: number }[]
  }
}

export interface SourceLoggedModel {
  readonly info: {
    readonly model_id: string
    readonly name: string
    readonly model_type?: string
    readonly source_run_id?: string
    readonly status: string
    readonly creation_timestamp_ms: number
    readonly artifact_uri: string
    readonly tags?: readonly Pair[]
  }
  readonly data?: {
    readonly params?: readonly Pair[]
    readonly metrics?: readonly (SourceMetric & {
      readonly run_id: string
      readonly dataset_name?: string
      readonly dataset_digest?: string
    })[]
  }
}

export interface SourceModel {
  readonly name: string
  readonly description?: string
  readonly user_id?: string
  readonly creation_timestamp: number
  readonly tags?: readonly Pair[]
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[]
}

export interface SourceVersion {
  readonly version: string
  readonly source: string
  readonly run_id?: string
  readonly run_link?: string
  readonly model_id?: string
  readonly current_stage?: string
  readonly description?: string
  readonly user_id?: string
  readonly creation_timestamp: number
  readonly last_updated_timestamp?: number
  readonly tags?: readonly Pair[]
}
