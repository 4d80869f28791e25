import { formatPythonJson } from './python-json.ts'
import { SourceType, type Dataset, type DatasetRecord, type ScorerVersion } from './types.ts'

export function encodeDataset(dataset: Dataset): object {
  const { recordCount, schema, createdBy, updatedBy } = dataset
  return {
    dataset_id: dataset.datasetId,
    name: dataset.name,
    tags: JSON.stringify(dataset.tags),
    ...(schema === undefined ? {} : { schema }),
    ...(recordCount === 0 ? {} : { profile: JSON.stringify({ num_records: recordCount }) }),
    digest: dataset.digest,
    created_time: dataset.createdAt,
    last_update_time: dataset.updatedAt,
    ...(createdBy === '' ? {} : { created_by: createdBy }),
    ...(updatedBy === '' ? {} : { last_updated_by: updatedBy }),
  }
}

/** Records as the JSON text that goes into an answer. */
export function encodeRecords(records: readonly DatasetRecord[]): string {
  return formatPythonJson(records.map(encodeRecord))
}

function encodeRecord({ body, ...record }: DatasetRecord): object {
  const { outputs, expectations, source } = body
  const { source_type: type, source_data: data } = source ?? {}
  const sourceId = data?.[type === SourceType.Trace ? 'trace_id' : 'source_id']
  return {
    dataset_record_id: record.recordId,
    dataset_id: record.datasetId,
    inputs: body.inputs,
    ...(outputs === null ? {} : { outputs }),
    ...(expectations === null ? {} : { expectations }),
    tags: body.tags,
    ...(source === null ? {} : { source, source_type: type }),
    ...(sourceId === undefined ? {} : { source_id: sourceId }),
    created_time: record.createdAt,
    last_update_time: record.updatedAt,
    ...(record.createdBy === '' ? {} : { created_by: record.createdBy }),
    ...(record.updatedBy === '' ? {} : { last_updated_by: record.updatedBy }),
  }
}

export function encodeScorer(scorer: ScorerVersion): object {
  return {
    experiment_id: scorer.experiment,
    scorer_name: scorer.name,
    scorer_version: scorer.version,
    serialized_scorer: scorer.serialized,
    creation_time: scorer.createdAt,
    scorer_id: scorer.scorerId,
  }
}
