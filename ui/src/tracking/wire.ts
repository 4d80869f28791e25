/** The parts of MLflow's answers that pages read. Absent lists mean empty ones. */

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface Experiment {
  readonly experiment_id: string
  readonly name: string
  readonly artifact_location?: string
  readonly lifecycle_stage?: string
  readonly creation_time?: number
  readonly last_update_time?: number
  readonly tags?: readonly Tag[]
}

export interface Metric {
  readonly key: string
  /** `"NaN"` comes as text. */
  readonly value: number | string
  readonly timestamp: number
  readonly step?: number
}

export interface RunInfo {
  readonly run_id: string
  readonly run_name?: string
  readonly experiment_id: string
  readonly status: string
  readonly user_id?: string
  readonly start_time?: number
  readonly end_time?: number
  readonly artifact_uri?: string
  readonly lifecycle_stage?: string
}

export interface DatasetInput {
  readonly dataset: {
    readonly name: string
    readonly digest: string
    readonly source_type?: string
    readonly source?: string
    readonly schema?: string
    readonly profile?: string
  }
  readonly tags?: readonly Tag[]
}

export interface Run {
  readonly info: RunInfo
  readonly data?: {
    readonly metrics?: readonly Metric[]
    readonly params?: readonly Tag[]
    readonly tags?: readonly Tag[]
  }
  readonly inputs?: { readonly dataset_inputs?: readonly DatasetInput[] }
  readonly outputs?: {
    readonly model_outputs?: readonly { readonly model_id: string; readonly step?: number }[]
  }
}

export interface ArtifactFile {
  readonly path: string
  readonly is_dir: boolean
  readonly file_size?: number
}

export function tagOf(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find((tag) => tag.key === key)?.value
}
