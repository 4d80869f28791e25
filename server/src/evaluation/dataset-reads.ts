import { query, type Script } from '../core/index.ts'
import { evaluationErrors } from './errors.ts'
import {
  datasetColumns,
  recordColumns,
  toDataset,
  type DatasetRow,
  type RecordRow,
} from './dataset-store.ts'
import type { Dataset } from './types.ts'

export function* findDatasetRow(datasetId: string): Script<DatasetRow | undefined> {
  const [row] = yield* query<DatasetRow>(
    `select ${datasetColumns} from evaluation_dataset d where d.dataset_id = ?`,
    datasetId,
  )
  return row
}

export function* getDatasetRow(datasetId: string): Script<DatasetRow> {
  const row = yield* findDatasetRow(datasetId)
  if (!row) throw evaluationErrors.EVALUATION_DATASET_NOT_FOUND(datasetId)
  return row
}

export function* loadDataset(row: DatasetRow): Script<Dataset> {
  const tags = yield* query<{ key: string; value: string }>(
    'select key, value from evaluation_dataset_tag where dataset = ? order by key',
    row.id,
  )
  return toDataset(row, Object.fromEntries(tags.map(({ key, value }) => [key, value])))
}

export function* listDatasetExperiments(dataset: number): Script<number[]> {
  const rows = yield* query<{ experiment: number }>(
    `select experiment from evaluation_dataset_experiment where dataset = ?
     order by experiment`,
    dataset,
  )
  return rows.map(({ experiment }) => experiment)
}

export function* findRecordByInputs(
  dataset: number,
  inputHash: string,
): Script<RecordRow | undefined> {
  const [row] = yield* query<RecordRow>(
    `select ${recordColumns} from evaluation_record where dataset = ? and input_hash = ?`,
    dataset,
    inputHash,
  )
  return row
}

/** Records in the order in which they came, after the one with that number. */
export function* listRecordRows(
  dataset: number,
  page: { readonly after: number; readonly limit: number },
): Script<readonly RecordRow[]> {
  return yield* query<RecordRow>(
    `select ${recordColumns} from evaluation_record where dataset = ? and id > ?
     order by id limit ?`,
    dataset,
    page.after,
    page.limit,
  )
}

export function* countRecords(dataset: number): Script<number> {
  const [row] = yield* query<{ n: number }>(
    'select count(*) as n from evaluation_record where dataset = ?',
    dataset,
  )
  return row?.n ?? 0
}
