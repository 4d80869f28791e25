export const LifecycleStage = { Active: 'active', Deleted: 'deleted' } as const
export type LifecycleStage = (typeof LifecycleStage)[keyof typeof LifecycleStage]

export const ViewType = {
  ActiveOnly: 'ACTIVE_ONLY',
  DeletedOnly: 'DELETED_ONLY',
  All: 'ALL',
} as const
export type ViewType = (typeof ViewType)[keyof typeof ViewType]

export const RunStatus = {
  Running: 'RUNNING',
  Scheduled: 'SCHEDULED',
  Finished: 'FINISHED',
  Failed: 'FAILED',
  Killed: 'KILLED',
} as const
export type RunStatus = (typeof RunStatus)[keyof typeof RunStatus]

export const LoggedModelStatus = {
  Unspecified: 'LOGGED_MODEL_STATUS_UNSPECIFIED',
  Pending: 'LOGGED_MODEL_PENDING',
  Ready: 'LOGGED_MODEL_READY',
  UploadFailed: 'LOGGED_MODEL_UPLOAD_FAILED',
} as const
export type LoggedModelStatus = (typeof LoggedModelStatus)[keyof typeof LoggedModelStatus]

export interface KeyValue {
  readonly key: string
  readonly value: string
}

export interface Experiment {
  readonly experimentId: string
  readonly name: string
  readonly artifactLocation: string
  readonly lifecycleStage: LifecycleStage
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly KeyValue[]
}

export interface Metric {
  readonly key: string
  /** May be NaN; infinities are kept as the largest double, as MLflow does. */
  readonly value: number
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly step: number
}

/** A metric as it is logged; the extras put it on a logged model as well. */
export interface NewMetric extends Metric {
  readonly modelId?: string | undefined
  readonly datasetName?: string | undefined
  readonly datasetDigest?: string | undefined
}

export interface Dataset {
  readonly name: string
  readonly digest: string
  readonly sourceType: string
  readonly source: string
  readonly schema: string | undefined
  readonly profile: string | undefined
}

export interface DatasetInput {
  readonly dataset: Dataset
  readonly tags: readonly KeyValue[]
}

export interface RunInfo {
  readonly runId: string
  readonly experimentId: string
  readonly name: string
  readonly userId: string
  readonly status: RunStatus
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt: number | undefined
  readonly lifecycleStage: LifecycleStage
  readonly artifactUri: string
}

export interface Run {
  readonly info: RunInfo
  readonly metrics: readonly Metric[]
  readonly params: readonly KeyValue[]
  readonly tags: readonly KeyValue[]
  readonly datasetInputs: readonly DatasetInput[]
  readonly modelInputs: readonly string[]
  readonly modelOutputs: readonly { readonly modelId: string; readonly step: number }[]
}

export interface LoggedModel {
  readonly modelId: string
  readonly experimentId: string
  readonly name: string
  readonly artifactUri: string
  readonly status: LoggedModelStatus
  readonly modelType: string
  readonly sourceRunId: string
  readonly statusMessage: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly KeyValue[]
  readonly params: readonly KeyValue[]
  readonly metrics: readonly ModelMetric[]
}

export interface ModelMetric extends Metric {
  readonly modelId: string
  readonly runId: string
  readonly datasetName: string
  readonly datasetDigest: string
}
