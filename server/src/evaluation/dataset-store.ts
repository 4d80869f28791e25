import { query, run, type Script } from '../core/index.ts'
import type { Dataset } from './types.ts'

export interface DatasetRow {
  readonly id: number
  readonly dataset_id: string
  readonly name: string
  readonly digest: string
  readonly schema_json: string
  readonly record_count: number
  readonly created_at: number
  readonly updated_at: number
  readonly created_by: string
  readonly updated_by: string
}

export const datasetColumns =
  'd.id, d.dataset_id, d.name, d.digest, d.schema_json, d.record_count, d.created_at, d.updated_at, d.created_by, d.updated_by'

export function toDataset(row: DatasetRow, tags: Dataset['tags']): Dataset {
  return {
    datasetId: row.dataset_id,
    name: row.name,
    digest: row.digest,
    schema: row.schema_json === '' ? undefined : row.schema_json,
    recordCount: row.record_count,
    tags,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
  }
}

export type NewDataset = Omit<Dataset, 'schema' | 'recordCount' | 'tags'>

export function* insertDataset(dataset: NewDataset): Script<number> {
  const [row] = yield* query<{ id: number }>(
    `insert into evaluation_dataset (dataset_id, name, digest, schema_json, record_count,
       created_at, updated_at, created_by, updated_by) values (?, ?, ?, '', 0, ?, ?, ?, ?)
     returning id`,
    dataset.datasetId,
    dataset.name,
    dataset.digest,
    dataset.createdAt,
    dataset.updatedAt,
    dataset.createdBy,
    dataset.updatedBy,
  )
  if (!row) throw new Error(`Dataset ${dataset.datasetId} was not stored`)
  return row.id
}

/** Everything that belongs to a dataset goes with it. */
export function* deleteDatasetRow(datasetId: string): Script<void> {
  yield* run('delete from evaluation_dataset where dataset_id = ?', datasetId)
}

export function* updateDatasetRow(dataset: number, changed: Partial<DatasetRow>): Script<void> {
  const entries = Object.entries(changed)
  const assignments = entries.map(([column]) => `${column} = ?`).join(', ')
  const values = entries.map(([, value]) => value)
  yield* run(`update evaluation_dataset set ${assignments} where id = ?`, ...values, dataset)
}

export function* upsertDatasetTags(
  dataset: number,
  tags: Readonly<Record<string, string>>,
): Script<void> {
  for (const [key, value] of Object.entries(tags)) {
    yield* run(
      `insert into evaluation_dataset_tag (dataset, key, value) values (?, ?, ?)
       on conflict (dataset, key) do update set value = excluded.value`,
      dataset,
      key,
      value,
    )
  }
}

export function* deleteDatasetTagRow(dataset: number, key: string): Script<void> {
  yield* run('delete from evaluation_dataset_tag where dataset = ? and key = ?', dataset, key)
}

export function* insertDatasetExperiment(dataset: number, experiment: number): Script<void> {
  yield* run(
    `insert into evaluation_dataset_experiment (dataset, experiment) values (?, ?)
     on conflict do nothing`,
    dataset,
    experiment,
  )
}

export function* deleteDatasetExperiment(dataset: number, experiment: number): Script<void> {
  yield* run(
    'delete from evaluation_dataset_experiment where dataset = ? and experiment = ?',
    dataset,
    experiment,
  )
}

export interface RecordRow {
  readonly id: number
  readonly record_id: string
  readonly body: string
  readonly created_at: number
  readonly updated_at: number
  readonly created_by: string
  readonly updated_by: string
}

export const recordColumns =
  'id, record_id, body, created_at, updated_at, created_by, updated_by' as const

export function* insertRecord(
  place: { readonly dataset: number; readonly inputHash: string },
  row: Omit<RecordRow, 'id'>,
): Script<void> {
  yield* run(
    `insert into evaluation_record (record_id, dataset, input_hash, body, created_at, updated_at,
       created_by, updated_by) values (?, ?, ?, ?, ?, ?, ?, ?)`,
    row.record_id,
    place.dataset,
    place.inputHash,
    row.body,
    row.created_at,
    row.updated_at,
    row.created_by,
    row.updated_by,
  )
}

export function* updateRecord(
  row: Pick<RecordRow, 'id' | 'body' | 'updated_at' | 'updated_by'>,
): Script<void> {
  yield* run(
    'update evaluation_record set body = ?, updated_at = ?, updated_by = ? where id = ?',
    row.body,
    row.updated_at,
    row.updated_by,
    row.id,
  )
}

/** How many of the named records the dataset had. */
export function* deleteRecordRows(dataset: number, recordIds: readonly string[]): Script<number> {
  let deleted = 0
  for (const recordId of recordIds) {
    const gone = yield* query(
      'delete from evaluation_record where dataset = ? and record_id = ? returning id',
      dataset,
      recordId,
    )
    deleted += gone.length
  }
  return deleted
}
