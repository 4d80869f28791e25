import { query, run as exec, type Script } from '../core/index.ts'
import type { NumberList } from './number-list.ts'
import type { RunRow } from './run-store.ts'
import type { Dataset, KeyValue } from './types.ts'

/** A dataset is known within its experiment by name and digest; what else came first stays. */
export function* upsertDataset(experiment: number, dataset: Dataset): Script<number> {
  const [row] = yield* query<{ id: number }>(
    `insert into tracking_dataset
       (experiment, name, digest, source_type, source, schema, profile)
     values (?, ?, ?, ?, ?, ?, ?)
     on conflict (experiment, name, digest) do update set digest = excluded.digest returning id`,
    experiment,
    dataset.name,
    dataset.digest,
    dataset.sourceType,
    dataset.source,
    dataset.schema ?? null,
    dataset.profile ?? null,
  )
  if (!row) throw new Error(`Dataset ${dataset.name} was not stored`)
  return row.id
}

/** Links a dataset to a run; the tags of the first link stay. */
export function* insertRunDataset(
  run: RunRow,
  dataset: number,
  tags: readonly KeyValue[],
): Script<void> {
  const linked = yield* query(
    `insert into tracking_run_dataset (run, dataset) values (?, ?)
     on conflict do nothing returning dataset`,
    run.id,
    dataset,
  )
  if (linked.length === 0) return
  for (const tag of tags) {
    yield* exec(
      `insert into tracking_run_dataset_tag (run, dataset, name, value) values (?, ?, ?, ?)
       on conflict (run, dataset, name) do update set value = excluded.value`,
      run.id,
      dataset,
      tag.key,
      tag.value,
    )
  }
}

export interface RunModel {
  readonly direction: 'input' | 'output'
  readonly modelId: string
  readonly step: number
}

export function* insertRunModel(run: RunRow, model: RunModel): Script<void> {
  yield* exec(
    `insert into tracking_run_model (run, direction, model_id, step) values (?, ?, ?, ?)
     on conflict (run, direction, model_id) do update set step = excluded.step`,
    run.id,
    model.direction,
    model.modelId,
    model.step,
  )
}

export interface DatasetSummaryRow {
  readonly experiment: number
  readonly name: string
  readonly digest: string
  readonly context: string | null
}

export function* listDatasetRows(
  experiments: NumberList,
  limit: number,
): Script<readonly DatasetSummaryRow[]> {
  return yield* query<DatasetSummaryRow>(
    `select distinct d.experiment, d.name, d.digest, c.value as context
     from tracking_dataset d
     join tracking_run_dataset i on i.dataset = d.id
     join tracking_run r on r.id = i.run and r.lifecycle_stage = 'active'
     left join tracking_run_dataset_tag c
       on c.run = i.run and c.dataset = i.dataset and c.name = 'mlflow.data.context'
     where d.experiment in ${experiments.sql} order by 1, 2, 3, 4 limit ?`,
    experiments.parameter,
    limit,
  )
}
