import type {
  DatasetInput,
  Experiment,
  LoggedModel,
  Metric,
  ModelMetric,
  Run,
  RunInfo,
} from '../types.ts'

/** Empty lists are left out, as protobuf does. */
export function list<K extends string, T>(
  name: K,
  items: readonly T[],
): { [P in K]?: readonly T[] } {
  return (items.length === 0 ? {} : { [name]: items }) as { [P in K]?: readonly T[] }
}

export function encodeExperiment(experiment: Experiment): object {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    last_update_time: experiment.updatedAt,
    creation_time: experiment.createdAt,
    ...list('tags', experiment.tags),
    workspace: 'default',
  }
}

export function encodeRunInfo(info: RunInfo): object {
  return {
    run_uuid: info.runId,
    run_id: info.runId,
    run_name: info.name,
    experiment_id: info.experimentId,
    user_id: info.userId,
    status: info.status,
    start_time: info.startedAt,
    ...(info.endedAt === undefined ? {} : { end_time: info.endedAt }),
    artifact_uri: info.artifactUri,
    lifecycle_stage: info.lifecycleStage,
  }
}

/** JSON has no NaN; protobuf writes it as text. */
export function encodeDouble(value: number): number | string {
  if (Number.isFinite(value)) return value
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Infinity' : '-Infinity'
}

export function encodeMetric(metric: Metric): object {
  return {
    key: metric.key,
    value: encodeDouble(metric.value),
    timestamp: metric.timestamp,
    step: metric.step,
  }
}

export function encodeRun(run: Run, { withModelInputs }: { withModelInputs: boolean }): object {
  const modelInputs = withModelInputs ? run.modelInputs.map((id) => ({ model_id: id })) : []
  const outputs = run.modelOutputs.map((m) => ({ model_id: m.modelId, step: m.step }))
  return {
    info: encodeRunInfo(run.info),
    data: {
      ...list('metrics', run.metrics.map(encodeMetric)),
      ...list('params', run.params),
      ...list('tags', run.tags),
    },
    inputs: {
      ...list('dataset_inputs', run.datasetInputs.map(encodeDatasetInput)),
      ...list('model_inputs', modelInputs),
    },
    outputs: list('model_outputs', outputs),
  }
}

export function encodeDatasetInput({ dataset, tags }: DatasetInput): object {
  return {
    ...list('tags', tags),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      ...(dataset.schema === undefined ? {} : { schema: dataset.schema }),
      ...(dataset.profile === undefined ? {} : { profile: dataset.profile }),
    },
  }
}

export function encodeLoggedModel(model: LoggedModel): object {
  return {
    info: {
      model_id: model.modelId,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: model.artifactUri,
      status: model.status,
      ...optionalText('model_type', model.modelType),
      ...optionalText('source_run_id', model.sourceRunId),
      ...optionalText('status_message', model.statusMessage),
      ...list('tags', model.tags),
    },
    data: {
      ...list('params', model.params),
      ...list('metrics', model.metrics.map(encodeModelMetric)),
    },
  }
}

function encodeModelMetric(metric: ModelMetric): object {
  return {
    ...encodeMetric(metric),
    ...optionalText('dataset_name', metric.datasetName),
    ...optionalText('dataset_digest', metric.datasetDigest),
    model_id: metric.modelId,
    run_id: metric.runId,
  }
}

export function optionalText(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value }
}
